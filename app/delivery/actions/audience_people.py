"""The people whom waiting blasts name one by one: pasted lists and selections."""

from sqlalchemy import delete, select, update

from app.core.db import execute_and_count_rows
from app.delivery.audience_models import BlastAudiencePerson
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import ScheduledBlastStatus


def move_audience_person(old_phone: str, new_phone: str) -> None:
    """Let the blasts that wait reach somebody under their new number. Inside write().

    Where a blast names the new number too, it is named once.
    """
    row = BlastAudiencePerson
    waiting = select(ScheduledMessage.audience_id).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.audience_id.is_not(None),
    )
    named = select(row.audience_id).where(row.phone == new_phone)
    is_old = (row.phone == old_phone, row.audience_id.in_(waiting))
    moved = update(row).where(*is_old, row.audience_id.not_in(named)).values(phone=new_phone)
    for statement in (moved, delete(row).where(*is_old)):
        execute_and_count_rows(statement.execution_options(synchronize_session=False))
