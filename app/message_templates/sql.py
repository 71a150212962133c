"""Prepared statements over templates, for the replies that answer a text.

Up to 200 texts a second arrive; through the session each of these takes 200 µs, so 10.
"""

from sqlalchemy import Table, and_, bindparam, func, select, update

from app.core.column_types import UtcDateTime
from app.core.prepared_statements import PreparedStatement
from app.message_templates.models import MessageTemplate, MessageTemplateVersion
from app.message_templates.queries.template_records import is_current_version

_TEMPLATES: Table = MessageTemplate.__table__  # type: ignore[assignment]
_is_in_use = and_(
    MessageTemplate.id == MessageTemplateVersion.template_id,
    MessageTemplate.is_active,
    MessageTemplate.archived_at.is_(None),
    MessageTemplateVersion.body != "",
    is_current_version(),
)
_TEXTS = select(
    MessageTemplateVersion.language, MessageTemplateVersion.id, MessageTemplateVersion.body
).where(_is_in_use)
# Read for each reply to HELP, STOP, START, a pause or a topic.
SELECT_TEXTS_OF_SEED = PreparedStatement(
    _TEXTS.where(MessageTemplate.seed_key == bindparam("b_seed_key"))
)
# Read for each reply with the words of a template, where its reader has a language.
SELECT_TEXTS_BESIDE = PreparedStatement(
    _TEXTS.where(
        MessageTemplateVersion.template_id
        == select(MessageTemplateVersion.template_id)
        .where(MessageTemplateVersion.id == bindparam("b_version_id"))
        .scalar_subquery()
    )
)
# Read for each reply of a keyword or a survey: mostly no version has its words.
SELECT_VERSION_OF_BODY = PreparedStatement(
    select(MessageTemplateVersion.id, MessageTemplateVersion.language)
    .join(MessageTemplate, MessageTemplate.id == MessageTemplateVersion.template_id)
    .where(MessageTemplateVersion.body == bindparam("b_body"))
    .order_by(MessageTemplate.archived_at.is_not(None), MessageTemplateVersion.id.desc())
    .limit(1)
)
# The same for all texts of a survey at once; the newest version of one text comes last.
_BODIES = func.json_each(bindparam("b_bodies")).table_valued("value")
SELECT_VERSIONS_OF_BODIES = PreparedStatement(
    select(MessageTemplateVersion.body, MessageTemplateVersion.language, MessageTemplateVersion.id)
    .join(MessageTemplate, MessageTemplate.id == MessageTemplateVersion.template_id)
    .where(MessageTemplateVersion.body.in_(select(_BODIES.c.value)))
    .order_by(MessageTemplate.archived_at.is_(None), MessageTemplateVersion.id)
)
# Written for each reply with the words of a template. It was used, not changed.
COUNT_USE = PreparedStatement(
    update(_TEMPLATES)
    .where(
        _TEMPLATES.c.id
        == select(MessageTemplateVersion.template_id)
        .where(MessageTemplateVersion.id == bindparam("b_version_id"))
        .scalar_subquery()
    )
    .values(
        usage_count=_TEMPLATES.c.usage_count + 1,
        last_used_at=bindparam("b_moment", type_=UtcDateTime()),
        updated_at=_TEMPLATES.c.updated_at,
    )
)
