"""Counting that a text was sent that was made from a template."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from app.core.db import db
from app.message_templates import sql
from app.message_templates.models import MessageTemplate, MessageTemplateVersion


def count_reply_use(version_id: int, moment: datetime) -> None:
    """Count one automatic reply with the text of a version, in 10 µs. Inside write()."""
    sql.COUNT_USE.execute(b_version_id=version_id, b_moment=moment)


def count_template_use(version_id: int | None, moment: datetime) -> None:
    """Count one reply with the text of a version; None: of no template.

    Inside the write() that sends it.
    """
    count_templates_use([version_id], moment)


def count_templates_use(version_ids: Iterable[int | None], moment: datetime) -> None:
    """Count one blast or reminder with the texts of these versions, once for each template.

    None: of no template. Inside the write() that sends it.
    """
    used_ids = {version_id for version_id in version_ids if version_id is not None}
    if not used_ids:
        return
    template_ids = select(MessageTemplateVersion.template_id).where(
        MessageTemplateVersion.id.in_(used_ids)
    )
    statement = update(MessageTemplate).where(MessageTemplate.id.in_(template_ids))
    values = {
        "usage_count": MessageTemplate.usage_count + 1,
        "last_used_at": moment,
        # It was used, not changed.
        "updated_at": MessageTemplate.updated_at,
    }
    db.session.execute(statement.values(values), execution_options={"synchronize_session": False})
