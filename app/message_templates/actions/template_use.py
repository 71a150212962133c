"""Counting that a text was sent that was made from a template."""

from datetime import datetime

from sqlalchemy import select, update

from app.core.db import db
from app.message_templates.models import MessageTemplate, MessageTemplateVersion


def count_template_use(version_id: int | None, moment: datetime) -> None:
    """Count one blast, reminder or reply with the text of a version; None: of no template.

    Inside the write() that sends it.
    """
    if version_id is None:
        return
    template_id = (
        select(MessageTemplateVersion.template_id)
        .where(MessageTemplateVersion.id == version_id)
        .scalar_subquery()
    )
    statement = update(MessageTemplate).where(MessageTemplate.id == template_id)
    values = {
        "usage_count": MessageTemplate.usage_count + 1,
        "last_used_at": moment,
        # It was used, not changed.
        "updated_at": MessageTemplate.updated_at,
    }
    db.session.execute(statement.values(values), execution_options={"synchronize_session": False})
