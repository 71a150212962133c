"""Make a blast that waits one date of a series. Series lie above: they are named by their ids."""

from sqlalchemy import update

from app.core.db import db, execute_and_count_rows
from app.delivery.models import ScheduledMessage
from app.domain.delivery.message_statuses import ScheduledBlastStatus


def assign_blast_to_series(scheduled_id: int, series_id: int) -> bool:
    """Make a blast that waits one of a series; False when it was released already. Inside write().

    Raises IntegrityError when another blast of the series waits.
    """
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.id == scheduled_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        )
        .values(series_id=series_id)
    )
    return execute_and_count_rows(statement) == 1


def forget_exemption(scheduled_id: int) -> None:
    """Let the texts of a blast wait for texting hours again: it is for another date now."""
    statement = update(ScheduledMessage).where(ScheduledMessage.id == scheduled_id)
    db.session.execute(statement.values(any_hour_reason=None))
