"""Saving, restoring and deleting templates.

The database decides that a name exists once: create and save raise UniqueViolation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from app.core.clock import now
from app.core.db import ChangedMeanwhile, NotFound, db
from app.domain.texts.name_folding import fold_name
from app.domain.texts.segments import count_utf16_units, measure_segments
from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.models import MessageTemplate, MessageTemplateVersion
from app.message_templates.queries.template_records import (
    find_template,
    find_version,
    load_current_texts,
)


@dataclass(frozen=True)
class TemplateValues:
    """A template as a user writes it; `texts`: what it says by language."""

    name: str
    purpose: TemplatePurpose
    texts: Mapping[str, str]
    is_active: bool = True


def create_template(
    values: TemplateValues, username: str | None, seed_key: str | None = None
) -> int:
    """Store a new template and return its id. Inside write()."""
    template = MessageTemplate(created_by=username, seed_key=seed_key)
    _set_values(template, values)
    db.session.add(template)
    db.session.flush()
    for language, body in values.texts.items():
        _add_version(template.id, language, body, username)
    db.session.flush()
    return template.id


def save_template(
    template_id: int, values: TemplateValues, seen_revision: int, username: str
) -> list[str]:
    """Change a template and return the languages whose text changed. Inside write().

    Raises NotFound, and ChangedMeanwhile when it is not as the user saw it.
    """
    template = _get_template(template_id)
    if template.revision != seen_revision:
        raise ChangedMeanwhile
    _set_values(template, values)
    changed = change_texts(template, values.texts, username)
    _mark_changed(template, username)
    return changed


def change_texts(
    template: MessageTemplate, texts: Mapping[str, str], username: str | None
) -> list[str]:
    """Add a version in each language whose text is another one; return these languages.

    A language that is missing in `texts` gets an empty version: it was removed.
    """
    # A version is never changed: what was sent from it must be shown as it was.
    current = load_current_texts([template.id]).get(template.id, {})
    new_texts = {**dict.fromkeys(current, ""), **texts}
    changed = []
    for language, body in new_texts.items():
        if language not in current or current[language].body != body:
            _add_version(template.id, language, body, username)
            changed.append(language)
    db.session.flush()
    return changed


def restore_version(template_id: int, version_id: int, username: str) -> str:
    """Make the text of an earlier version the current one and return its language.

    Raises NotFound. Inside write().
    """
    template = _get_template(template_id)
    version = find_version(version_id)
    if version is None or version.template_id != template_id:
        raise NotFound
    current = load_current_texts([template_id]).get(template_id, {}).get(version.language)
    if version.body and (current is None or current.body != version.body):
        _add_version(template_id, version.language, version.body, username)
        _mark_changed(template, username)
    return version.language


def delete_template(template_id: int, username: str) -> MessageTemplate:
    """Delete a template and return it. Raises NotFound. Inside write().

    One whose text is in a blast, sent or scheduled, keeps its row: they name its versions.
    """
    template = _get_template(template_id)
    if template.usage_count or not _erase_template(template_id):
        template.archived_at, template.is_active = now(), False
        _mark_changed(template, username)
    return template


def _erase_template(template_id: int) -> bool:
    """Erase a template with its versions; False when a row names one of them."""
    statement = delete(MessageTemplate).where(MessageTemplate.id == template_id)
    try:
        # The foreign keys of blasts decide; a savepoint keeps the rest of the transaction.
        with db.session.begin_nested():
            db.session.execute(statement)
    except IntegrityError:
        return False
    return True


def _set_values(template: MessageTemplate, values: TemplateValues) -> None:
    template.name = values.name
    template.folded_name = fold_name(values.name) or values.name.casefold()
    template.purpose = values.purpose
    template.is_active = values.is_active


def _mark_changed(template: MessageTemplate, username: str) -> None:
    template.revision += 1
    template.updated_by, template.updated_at = username, now()
    db.session.flush()


def _get_template(template_id: int) -> MessageTemplate:
    template = find_template(template_id)
    if template is None:
        raise NotFound
    return template


def _add_version(template_id: int, language: str, body: str, username: str | None) -> None:
    newest = select(func.coalesce(func.max(MessageTemplateVersion.number), 0)).where(
        MessageTemplateVersion.template_id == template_id,
        MessageTemplateVersion.language == language,
    )
    version = MessageTemplateVersion(
        template_id=template_id,
        language=language,
        number=db.session.scalars(newest).one() + 1,
        body=body,
        character_count=count_utf16_units(body),
        segments=measure_segments(body).segments,
        created_by=username,
    )
    db.session.add(version)
