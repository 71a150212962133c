"""The scheduled blasts that stand for the steps of events' reminder plans."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.core.db import db
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import ScheduledBlastStatus

SCHEDULED_OR_SENT_STATUSES = (
    ScheduledBlastStatus.PENDING,
    ScheduledBlastStatus.PROCESSING,
    ScheduledBlastStatus.SENT,
)


def list_reminder_blasts(reminder_ids: Sequence[int]) -> Sequence[ScheduledMessage]:
    """Return the blasts of these steps that are pending, being sent or sent, the oldest first.

    Read anew from the database, for a plan that is changed inside write().
    """
    blasts = select(ScheduledMessage).where(
        ScheduledMessage.event_reminder_id.in_(reminder_ids),
        ScheduledMessage.status.in_(SCHEDULED_OR_SENT_STATUSES),
    )
    ordered = blasts.order_by(ScheduledMessage.id)
    return db.session.scalars(ordered.execution_options(populate_existing=True)).all()


def list_event_ids_planned_in_other_zone(zone: str) -> list[int]:
    """Return the events with pending reminders that were scheduled in another zone than this."""
    event_ids = _select_events_with_pending_reminders().where(ScheduledMessage.timezone != zone)
    return list(db.session.scalars(event_ids))


def list_event_ids_with_pending_reminders() -> list[int]:
    """Return the events of which a reminder is scheduled."""
    return list(db.session.scalars(_select_events_with_pending_reminders()))


def _select_events_with_pending_reminders() -> Select[int]:
    event_ids = select(ScheduledMessage.event_id).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.event_reminder_id.is_not(None),
        ScheduledMessage.event_id.is_not(None),
    )
    return cast(Select[int], event_ids.distinct())


def join_newest_reminder_blast(steps: Select[Any], reminder_id: InstrumentedAttribute[int]) -> Any:
    """Add the newest blast of each step, or NULL, as a column to a select of steps."""
    blast_of_step = aliased(ScheduledMessage)
    newest_id = (
        select(func.max(blast_of_step.id))
        .where(blast_of_step.event_reminder_id == reminder_id)
        .correlate_except(blast_of_step)
        .scalar_subquery()
    )
    return steps.add_columns(ScheduledMessage).outerjoin(
        ScheduledMessage, ScheduledMessage.id == newest_id
    )
