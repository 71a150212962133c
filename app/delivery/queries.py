"""Reading blasts, their rows and the engine's pulse."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.delivery.models import Lease, Message, ScheduledMessage
from app.domain.blast_states import ScheduleStatus, Tally, tally
from app.kit.clock import now
from app.kit.db import db

SILENT_AFTER = timedelta(seconds=20)


def engine_is_alive() -> bool:
    """Whether some process has been leading within the last 20 seconds."""
    beat_at = db.session.scalar(select(Lease.beat_at).where(Lease.name == "engine"))
    return beat_at is not None and now() - beat_at < SILENT_AFTER


def tally_of(log_id: int) -> Tally:
    """A blast in numbers, from its rows."""
    counts = select(Message.status, func.count()).where(Message.message_log_id == log_id).group_by(Message.status)
    return tally({row[0]: row[1] for row in db.session.execute(counts)})


def next_due(carrier: str) -> datetime | None:
    """When the next pending blast is due (UTC); None when there is none."""
    pending = select(func.min(ScheduledMessage.scheduled_at)).where(
        ScheduledMessage.status == ScheduleStatus.PENDING, ScheduledMessage.carrier == carrier
    )
    return db.session.scalar(pending)


def due(carrier: str, moment: datetime) -> int | None:
    """The id of the oldest pending blast that is due."""
    oldest = (
        select(ScheduledMessage.id)
        .where(
            ScheduledMessage.status == ScheduleStatus.PENDING,
            ScheduledMessage.carrier == carrier,
            ScheduledMessage.scheduled_at <= moment,
        )
        .order_by(ScheduledMessage.scheduled_at, ScheduledMessage.id)
    )
    return db.session.scalar(oldest.limit(1))


def by_token(client_token: str) -> int | None:
    """The blast that was confirmed with this token, if it was."""
    return db.session.scalar(select(ScheduledMessage.id).where(ScheduledMessage.client_token == client_token))
