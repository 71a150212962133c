"""Write an event's reminder plan: its steps, and the scheduled blasts that stand for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update

from app.core.db import db
from app.core.settings import current_settings
from app.delivery.actions import blast_scheduling
from app.delivery.queries.reminder_blasts import (
    list_event_ids_planned_in_other_zone,
    list_event_ids_with_pending_reminders,
    list_reminder_blasts,
)
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import BlastTarget, ScheduledBlastStatus
from app.domain.time import local_times
from app.domain.time.reminder_timing import (
    DEFAULT_REMINDER_STEPS,
    REMINDER_AUTHOR,
    EventSchedule,
    ReminderStepState,
    ReminderTiming,
    compute_reminder_timing,
)
from app.events.models import Event, EventReminder
from app.organisation import queries as organisation
from app.texting_hours.queries import load_texting_hours

CANCEL_REASONS = {
    ReminderStepState.OFF: "turned off in the event's reminders",
    ReminderStepState.NO_DATE: "a reminder, and the event no longer has a date",
    ReminderStepState.TOO_LATE: "too late for the event's new date",
    ReminderStepState.AFTER_START: "due after the event starts",
}
STEP_REMOVED_REASON = "removed from the event's reminders"
SENT_THAT_DAY_REASON = "already sent that day"
# Two steps may not have the same time, so steps that swap their times are moved away first.
TEMPORARY_DAYS_OFFSET = 100_000


@dataclass(frozen=True)
class ReminderStep:
    """A step as an admin writes it.

    `id` is None for a new one. `translations`: the body in other languages, by their tags.
    """

    id: int | None
    days: int
    time_of_day: str
    body: str
    is_on: bool
    translations: dict[str, str] = field(default_factory=dict)


@dataclass
class StepBlasts:
    """The blasts of one step: those that wait for their time, and those that have been sent."""

    pending: list[ScheduledMessage] = field(default_factory=list)
    sent: list[ScheduledMessage] = field(default_factory=list)


def create_reminder_plan(event_id: int, moment: datetime) -> None:
    """Give an event without a plan the usual one, and schedule it. Inside write()."""
    if _load_steps(event_id):
        return
    for step in DEFAULT_REMINDER_STEPS:
        _add_step(event_id, ReminderStep(None, step.days, step.time_of_day, step.body, step.is_on))
    reschedule_reminders(event_id, moment)


def save_reminder_plan(
    event_id: int,
    steps: Sequence[ReminderStep],
    moment: datetime,
    author_id: int | None = None,
) -> None:
    """Replace the plan by these steps and schedule them. Inside write().

    `author_id`: the user who answers for what is new or other in it. A step that somebody else has
    removed meanwhile stays removed. Raises UniqueViolation for two steps at one time.
    """
    saved_ids = {step.id for step in steps}
    rows = {row.id: row for row in _load_steps(event_id)}
    _delete_steps([row for row in rows.values() if row.id not in saved_ids])
    # unique_event_step is checked row by row, not at the end of the transaction.
    for row in rows.values():
        row.days += TEMPORARY_DAYS_OFFSET
    db.session.flush()
    for step in steps:
        if step.id is None:
            _add_step(event_id, step, author_id)
        elif step.id in rows:
            _update_step(rows[step.id], step, author_id)
    db.session.flush()
    reschedule_reminders(event_id, moment)


def disable_reminder(reminder_id: int) -> None:
    """Switch a step off because its scheduled blast was cancelled, so that it stays cancelled."""
    statement = update(EventReminder).where(EventReminder.id == reminder_id)
    db.session.execute(statement.values(is_on=False))


def reschedule_reminders(event_id: int, moment: datetime) -> None:
    """Bring the scheduled blasts of a plan in line with the event and the plan as they are now.

    Call it in the same write() as any change of an event's date or time. Afterwards each step
    that is on and due after `moment` (UTC) has exactly one pending blast, and no other step has
    any. Nothing is sent late.
    """
    # Read anew: the session may hold the event as it was before this transaction.
    event = db.session.get(Event, event_id, populate_existing=True)
    if event is None:
        return
    # The steps that were just changed must be in the database before they are read.
    db.session.flush()
    zone = organisation.get_organisation_timezone()
    schedule = EventSchedule(event.date, event.start_time, zone)
    hours = load_texting_hours(current_settings().carrier)
    steps = _load_steps(event_id)
    blasts_by_step = _load_blasts_by_step(steps)
    for step in steps:
        timing = compute_reminder_timing(
            step.days, step.time_of_day, step.is_on, schedule, moment, hours
        )
        _reschedule_step(step, timing, zone, blasts_by_step[step.id])


def reschedule_all_reminders(moment: datetime) -> None:
    """Plan every waiting reminder anew, for the texting hours have changed. Inside write()."""
    for event_id in list_event_ids_with_pending_reminders():
        reschedule_reminders(event_id, moment)


def reschedule_reminders_in_new_zone(moment: datetime) -> list[int]:
    """Reschedule the reminders that were planned before the organisation's time zone changed.

    Returns the events concerned. Inside write(), and only when find_events_planned_in_old_zone()
    has found any.
    """
    event_ids = find_events_planned_in_old_zone()
    for event_id in event_ids:
        reschedule_reminders(event_id, moment)
    return event_ids


def find_events_planned_in_old_zone() -> list[int]:
    """Return the events that reschedule_reminders_in_new_zone() would reschedule."""
    return list_event_ids_planned_in_other_zone(organisation.get_organisation_timezone())


def _reschedule_step(
    step: EventReminder, timing: ReminderTiming, zone: str, blasts: StepBlasts
) -> None:
    """Schedule, move or cancel the blast of one step; at most one stays pending."""
    cancel_reason = CANCEL_REASONS.get(timing.state)
    if cancel_reason is None and _was_sent_on_day(blasts.sent, timing, zone):
        cancel_reason = SENT_THAT_DAY_REASON
    if cancel_reason or timing.due_at is None:
        _cancel_blasts(blasts.pending, cancel_reason or STEP_REMOVED_REASON)
        return
    _cancel_blasts(blasts.pending[1:], STEP_REMOVED_REASON)
    spec = _build_blast_spec(step, timing, zone)
    if blasts.pending:
        blast_scheduling.reschedule_blast(blasts.pending[0].id, spec, timing.due_at)
    else:
        blast_scheduling.schedule_blast(spec, timing.due_at)


def _was_sent_on_day(
    sent_blasts: Iterable[ScheduledMessage], timing: ReminderTiming, zone: str
) -> bool:
    """Whether a step was sent on the day it is due, or on the one to which hours move it.

    A change of the zone, of the time of day or of the hours must not send it a second time.
    """
    due_days = {local_times.get_local_date(zone, due_at) for due_at in timing.due_moments}
    return any(
        local_times.get_local_date(zone, blast.scheduled_at) in due_days for blast in sent_blasts
    )


def _build_blast_spec(
    step: EventReminder, timing: ReminderTiming, zone: str
) -> blast_scheduling.BlastSpec:
    settings = current_settings()
    return blast_scheduling.BlastSpec(
        body=step.body,
        translations=step.translations,
        footer=organisation.get_organisation().footer.strip() or None,
        target=BlastTarget.EVENT,
        event_id=step.event_id,
        sender=settings.sender,
        carrier=settings.carrier,
        test_mode=False,
        immediate=False,
        timezone=zone,
        # No form was submitted, so there is no token that could come twice.
        client_token=None,
        created_by=REMINDER_AUTHOR,
        created_by_id=step.written_by_id,
        not_after=timing.not_after,
        event_reminder_id=step.id,
    )


def _load_blasts_by_step(steps: Sequence[EventReminder]) -> dict[int, StepBlasts]:
    """Return the blasts of these steps by the id of the step."""
    blasts_by_step = {step.id: StepBlasts() for step in steps}
    for blast in list_reminder_blasts(list(blasts_by_step)):
        blasts = blasts_by_step[blast.event_reminder_id or 0]
        if blast.status == ScheduledBlastStatus.PENDING:
            blasts.pending.append(blast)
        else:
            blasts.sent.append(blast)
    return blasts_by_step


def _load_steps(event_id: int) -> Sequence[EventReminder]:
    """Return the steps as they are inside write(), in the order of their times."""
    steps = (
        select(EventReminder)
        .where(EventReminder.event_id == event_id)
        .order_by(EventReminder.days, EventReminder.time_of_day)
    )
    return db.session.scalars(steps.execution_options(populate_existing=True)).all()


def _add_step(event_id: int, step: ReminderStep, author_id: int | None = None) -> None:
    row = EventReminder(event_id=event_id)
    _update_step(row, step, author_id)
    db.session.add(row)


def _update_step(row: EventReminder, step: ReminderStep, author_id: int | None) -> None:
    # Whoever only saves the plan answers for nothing that another one wrote and switched on.
    if (row.body, row.translations, row.is_on) != (step.body, step.translations, step.is_on):
        row.written_by_id = author_id
    row.days = step.days
    row.time_of_day = step.time_of_day
    row.body, row.translations = step.body, step.translations
    row.is_on = step.is_on


def _delete_steps(steps: Sequence[EventReminder]) -> None:
    # Their blasts are cancelled first: without the step nothing says what they were.
    for blasts in _load_blasts_by_step(steps).values():
        _cancel_blasts(blasts.pending, STEP_REMOVED_REASON)
    step_ids = [step.id for step in steps]
    db.session.execute(delete(EventReminder).where(EventReminder.id.in_(step_ids)))


def _cancel_blasts(blasts: Iterable[ScheduledMessage], reason: str) -> None:
    for blast in blasts:
        blast_scheduling.cancel_scheduled_blast(blast.id, reason)
