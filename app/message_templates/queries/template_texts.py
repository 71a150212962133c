"""Recognizing a text as the text of a template."""

from sqlalchemy import Select, select

from app.core.db import db
from app.message_templates.models import MessageTemplate, MessageTemplateVersion


def find_version_of_text(text: str) -> int | None:
    """Return the id of the version that has this text, word for word, or None.

    Of several it is the newest of a template that is not deleted.
    """
    body = text.strip()
    return db.session.scalar(_select_version_of(body)) if body else None


def _select_version_of(body: str) -> Select[int]:
    return (
        select(MessageTemplateVersion.id)
        .join(MessageTemplate, MessageTemplate.id == MessageTemplateVersion.template_id)
        .where(MessageTemplateVersion.body == body)
        .order_by(MessageTemplate.archived_at.is_not(None), MessageTemplateVersion.id.desc())
        .limit(1)
    )
