"""Storing the templates that come with the program, without changing what users made of them."""

from sqlalchemy import select

from app.core.db import db, write
from app.domain.opt_outs.notice_templates import NOTICE_TEMPLATES
from app.domain.texts.name_folding import fold_name
from app.domain.texts.seed_templates import SEED_TEMPLATES, SeedTemplate
from app.message_templates.actions.template_editing import (
    TemplateValues,
    change_texts,
    create_template,
)
from app.message_templates.models import MessageTemplate
from app.message_templates.queries.template_records import load_current_texts


def store_missing_seeds() -> None:
    """Store the templates of the program at a start, in a write() of its own if there is need."""
    # A read first: at nearly every start nothing is missing, and no write lock is taken.
    if any(map(_needs_storing, _list_seeds())):
        db.session.rollback()
        with write():
            store_seeds()


def store_seeds() -> None:
    """Create or update each template of the program. Inside write().

    One that a user changed, turned off or deleted stays as it is, and so does a user's own
    template that has its name.
    """
    for seed in _list_seeds():
        if not _needs_storing(seed):
            continue
        template = _find_seed(seed)
        if template is None:
            values = TemplateValues(seed.name, seed.purpose, seed.texts)
            create_template(values, None, seed.key)
        else:
            change_texts(template, seed.texts, None)


def _needs_storing(seed: SeedTemplate) -> bool:
    """Whether a template is missing, or has older texts and was never changed by a user."""
    template = _find_seed(seed)
    if template is None:
        return not _is_name_taken(seed.name)
    # What a user wrote, turned off or deleted is theirs, also where a release has better words.
    if template.updated_by is not None or template.archived_at is not None:
        return False
    current = load_current_texts([template.id]).get(template.id, {})
    return {tag: version.body for tag, version in current.items()} != seed.texts


def _find_seed(seed: SeedTemplate) -> MessageTemplate | None:
    statement = select(MessageTemplate).where(MessageTemplate.seed_key == seed.key)
    return db.session.scalars(statement).first()


def _is_name_taken(name: str) -> bool:
    statement = select(MessageTemplate.id).where(
        MessageTemplate.folded_name == fold_name(name), MessageTemplate.archived_at.is_(None)
    )
    return db.session.scalar(statement) is not None


def _list_seeds() -> list[SeedTemplate]:
    return [*SEED_TEMPLATES, *NOTICE_TEMPLATES]
