"""Templates by their id, their texts that are in use, and every version."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, null, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.domain.texts.template_purposes import TemplatePurpose
from app.domain.texts.text_languages import get_language_order
from app.message_templates.models import MessageTemplate, MessageTemplateVersion

# The version in use of each language, by its tag.
CurrentTexts = dict[str, MessageTemplateVersion]


@dataclass(frozen=True)
class TemplateTexts:
    """A template with its texts in use, the default language first."""

    template: MessageTemplate
    texts: CurrentTexts = field(default_factory=dict)

    @property
    def first_text(self) -> MessageTemplateVersion | None:
        """The text that is shown and inserted where only one can be."""
        return next(iter(self.texts.values()), None)


@dataclass(frozen=True)
class TemplateOrigin:
    """The template whose text something has: its name, and when it was deleted (None: not)."""

    template_id: int
    name: str
    archived_at: datetime | None


def find_template(template_id: int | None) -> MessageTemplate | None:
    """Return a template that is not deleted, as the database has it now, or None."""
    if template_id is None:
        return None
    template = db.session.get(MessageTemplate, template_id, populate_existing=True)
    return template if template and template.archived_at is None else None


def find_template_texts(template_id: int | None) -> TemplateTexts | None:
    """Return a template that is not deleted with its texts, or None."""
    template = find_template(template_id)
    if template is None:
        return None
    return attach_texts([template])[0]


def find_version(version_id: int | None) -> MessageTemplateVersion | None:
    """Return one version, or None."""
    return db.session.get(MessageTemplateVersion, version_id) if version_id else None


def list_versions(template_id: int) -> Sequence[MessageTemplateVersion]:
    """Return every version of a template, the newest first."""
    statement = select(MessageTemplateVersion).where(
        MessageTemplateVersion.template_id == template_id
    )
    return db.session.scalars(statement.order_by(MessageTemplateVersion.id.desc())).all()


def is_current_version() -> ColumnElement[bool]:
    """Build the condition that a version is the newest in its language."""
    newer = aliased(MessageTemplateVersion)
    return ~(
        select(1)
        .where(
            newer.template_id == MessageTemplateVersion.template_id,
            newer.language == MessageTemplateVersion.language,
            newer.number > MessageTemplateVersion.number,
        )
        .exists()
    )


def load_current_texts(template_ids: Collection[int]) -> dict[int, CurrentTexts]:
    """Return the texts in use of these templates by template and language, removed ones not."""
    if not template_ids:
        return {}
    statement = select(MessageTemplateVersion).where(
        MessageTemplateVersion.template_id.in_(template_ids),
        MessageTemplateVersion.body != "",
        is_current_version(),
    )
    rows = sorted(
        db.session.scalars(statement), key=lambda version: get_language_order(version.language)
    )
    texts: dict[int, CurrentTexts] = {}
    for version in rows:
        texts.setdefault(version.template_id, {})[version.language] = version
    return texts


def attach_texts(templates: Iterable[MessageTemplate]) -> list[TemplateTexts]:
    """Return these templates with their texts in use, in the same order."""
    rows = list(templates)
    texts = load_current_texts([template.id for template in rows])
    return [TemplateTexts(template, texts.get(template.id, {})) for template in rows]


def list_templates_for(*purposes: TemplatePurpose) -> list[TemplateTexts]:
    """Return the templates that are offered for these purposes, the first purpose first."""
    return list_templates_with(null(), *purposes)[0]


def list_templates_with(
    value: ColumnElement[Any], *purposes: TemplatePurpose
) -> tuple[list[TemplateTexts], Any]:
    """Return list_templates_for() and one more value, which the same statement reads."""
    # One statement for all: the page of compose has few left. Its first row is there without
    # templates too.
    is_offered = and_(
        MessageTemplate.purpose.in_(purposes),
        MessageTemplate.is_active,
        MessageTemplate.archived_at.is_(None),
    )
    is_used = and_(
        MessageTemplateVersion.template_id == MessageTemplate.id,
        MessageTemplateVersion.body != "",
        is_current_version(),
    )
    first_row = select(literal(1)).subquery()
    statement = (
        select(value, MessageTemplate, MessageTemplateVersion)
        .select_from(first_row)
        .outerjoin(MessageTemplate, is_offered)
        .outerjoin(MessageTemplateVersion, is_used)
    )
    database_rows = db.session.execute(statement).all()
    pairs = sorted(
        ((template, version) for _, template, version in database_rows if version),
        key=lambda pair: (
            purposes.index(pair[0].purpose),
            pair[0].folded_name,
            get_language_order(pair[1].language),
        ),
    )
    rows: dict[int, TemplateTexts] = {}
    for template, version in pairs:
        row = rows.setdefault(template.id, TemplateTexts(template, {}))
        row.texts[version.language] = version
    return list(rows.values()), database_rows[0][0]


def find_template_names(template_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these templates by their ids; deleted ones are missing."""
    statement = select(MessageTemplate.id, MessageTemplate.name).where(
        MessageTemplate.id.in_(template_ids), MessageTemplate.archived_at.is_(None)
    )
    return fetch_dict(statement)


def find_template_origins(version_ids: Collection[int | None]) -> dict[int, TemplateOrigin]:
    """Return the templates of these versions by the id of the version, deleted ones too."""
    ids = [version_id for version_id in version_ids if version_id is not None]
    if not ids:
        return {}
    statement = (
        select(
            MessageTemplateVersion.id,
            MessageTemplate.id,
            MessageTemplate.name,
            MessageTemplate.archived_at,
        )
        .join(MessageTemplate, MessageTemplate.id == MessageTemplateVersion.template_id)
        .where(MessageTemplateVersion.id.in_(ids))
    )
    return {row[0]: TemplateOrigin(row[1], row[2], row[3]) for row in db.session.execute(statement)}


def find_template_origin(version_id: int | None) -> TemplateOrigin | None:
    """Return the template of a version, also a deleted one; None for no version."""
    return find_template_origins([version_id]).get(version_id or 0)


def has_templates() -> bool:
    """Whether there is any template that is not deleted."""
    count = select(func.count()).where(MessageTemplate.archived_at.is_(None))
    return bool(db.session.scalar(count))
