"""Reading an event's plan of reminders, and what becomes of each of its steps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.delivery.models import ScheduledMessage
from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    ScheduledBlastStatus,
)
from app.domain.texts import message_templates
from app.domain.texts.segments import measure_segments
from app.domain.time import local_times
from app.domain.time.reminder_timing import (
    REMINDER_STEP_STATE_LABELS,
    EventSchedule,
    ReminderStepState,
    build_event_values,
    compute_reminder_timing,
    format_day_offset,
)
from app.events.models import Event, EventReminder
from app.organisation import queries as organisation

NOT_SCHEDULED_TEXT = "Not scheduled. Save the plan to schedule it"
ENDED_STATUSES = (
    ScheduledBlastStatus.PROCESSING,
    ScheduledBlastStatus.SENT,
    ScheduledBlastStatus.EXPIRED,
    ScheduledBlastStatus.FAILED,
)


@dataclass(frozen=True)
class PlannedReminder:
    """One step as pages show it.

    `due`: its moment (UTC), None without one. `blast_id`: the blast to look at, or None.

    `state`: what becomes of it, in words. `waits`: it will be sent, as things are. `parts`: how
    many a person without a name gets, with the event's own words and the footer in it.
    """

    id: int
    time_label: str
    due: datetime | None
    state_label: str
    blast_id: int | None
    will_be_sent: bool
    segments: int


def list_reminder_steps(event_id: int) -> Sequence[EventReminder]:
    """The steps of an event's plan, in the order of their times."""
    chosen = select(EventReminder).where(EventReminder.event_id == event_id)
    return db.session.scalars(chosen.order_by(EventReminder.days, EventReminder.time_of_day)).all()


def find_reminder_day_offsets(step_ids: Collection[int]) -> dict[int, int]:
    """Return the day offset of each of these steps by its id; a deleted step is missing."""
    statement = select(EventReminder.id, EventReminder.days).where(EventReminder.id.in_(step_ids))
    return {row.id: row.days for row in db.session.execute(statement)}


def build_planned_reminders(event: Event, moment: datetime) -> list[PlannedReminder]:
    """The plan of an event as it stands at `moment` (UTC)."""
    calendar = EventSchedule(event.date, event.start_time, organisation.get_organisation_timezone())
    values = build_event_values(event.title, calendar, event.place, moment)
    footer = organisation.get_organisation().footer

    def parts(body: str) -> int:
        return measure_segments(
            message_templates.fill_template(
                message_templates.append_footer(body, footer), None, values
            )
        ).segments

    return [
        _build_planned_reminder(step, blast, calendar, moment, parts(step.body))
        for step, blast in _load_steps_with_last_blasts(event.id)
    ]


def _build_planned_reminder(
    step: EventReminder,
    blast: ScheduledMessage | None,
    event: EventSchedule,
    moment: datetime,
    parts: int,
) -> PlannedReminder:
    when = compute_reminder_timing(step.days, step.time_of_day, step.is_on, event, moment)
    shown = blast if blast and _is_current_blast(blast, when.due_at, event.zone) else None
    if shown:
        state = DELIVERY_STATUS_LABELS[shown.status]
    else:
        state = (
            NOT_SCHEDULED_TEXT
            if when.state == ReminderStepState.PLANNED
            else REMINDER_STEP_STATE_LABELS[when.state]
        )
    waits = shown is not None and shown.status == ScheduledBlastStatus.PENDING
    words = f"{format_day_offset(step.days)} at {step.time_of_day}"
    return PlannedReminder(
        step.id, words, when.due_at, state, shown.id if shown else None, waits, parts
    )


def _is_current_blast(blast: ScheduledMessage, due: datetime | None, zone: str) -> bool:
    """Whether a blast still says what becomes of its step: it waits, or it ended on the day of
    the step.
    """
    if blast.status == ScheduledBlastStatus.PENDING:
        return True
    same_day = due is not None and local_times.get_local_date(
        zone, due
    ) == local_times.get_local_date(zone, blast.scheduled_at)
    return same_day and blast.status in ENDED_STATUSES


def _load_steps_with_last_blasts(
    event_id: int,
) -> Sequence[Row[EventReminder, ScheduledMessage | None]]:
    """Each step with the newest of its blasts, or None: one question, since pages ask it."""
    of_step = aliased(ScheduledMessage)
    newest = select(func.max(of_step.id)).where(of_step.event_reminder_id == EventReminder.id)
    rows = select(EventReminder, ScheduledMessage).outerjoin(
        ScheduledMessage,
        ScheduledMessage.id == newest.correlate(EventReminder).scalar_subquery(),
    )
    rows = rows.where(EventReminder.event_id == event_id).order_by(
        EventReminder.days, EventReminder.time_of_day
    )
    return db.session.execute(rows).all()
