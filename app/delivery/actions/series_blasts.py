"""Make a blast that waits one date of a series. Series lie above: they are named by their ids."""

from sqlalchemy import update

from app.core.db import db
from app.delivery.actions.blast_scheduling import update_pending_blast
from app.delivery.scheduled_models import ScheduledMessage


def assign_blast_to_series(scheduled_id: int, series_id: int) -> bool:
    """Make a blast that waits one of a series; False when it was released already. Inside write().

    Raises IntegrityError when another blast of the series waits.
    """
    return update_pending_blast(scheduled_id, series_id=series_id)


def forget_exemption(scheduled_id: int) -> None:
    """Let the texts of a blast wait for texting hours again: it is for another date now."""
    statement = update(ScheduledMessage).where(ScheduledMessage.id == scheduled_id)
    db.session.execute(statement.values(any_hour_reason=None))
