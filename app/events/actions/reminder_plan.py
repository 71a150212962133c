"""The verbs of an event's plan of reminders: its steps, and the scheduled blasts that stand for
them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from app.core.db import db
from app.core.settings import current_settings
from app.delivery.actions import blast_scheduling
from app.delivery.models import ScheduledMessage
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

CANCEL_REASONS = {
    ReminderStepState.OFF: "switched off in the plan of the event",
    ReminderStepState.NO_DATE: "a reminder, and the event has no date any more",
    ReminderStepState.TOO_LATE: "too late for the new date of the event",
    ReminderStepState.AFTER_START: "a reminder for after the beginning of the event",
}
STEP_REMOVED_REASON = "taken out of the plan of the event"
SENT_THAT_DAY_REASON = "sent on that day already"
TEMPORARY_DAYS_OFFSET = (
    100_000  # where steps wait that change places with each other: no two may be at one time
)


@dataclass(frozen=True)
class ReminderStep:
    """A step as somebody wants it. `id`: None for a new one."""

    id: int | None
    days: int
    time_of_day: str
    body: str
    is_on: bool


def create_reminder_plan(event_id: int, moment: datetime) -> None:
    """Give a new event the usual plan, and schedule it.

    An event with a plan keeps its own. Call inside write().
    """
    if _load_steps(event_id):
        return
    for seed in DEFAULT_REMINDER_STEPS:
        _add_step(
            event_id,
            ReminderStep(None, seed.days, seed.time_of_day, seed.body, seed.is_on),
        )
    reschedule_reminders(event_id, moment)


def save_reminder_plan(event_id: int, wanted: Sequence[ReminderStep], moment: datetime) -> None:
    """Make the plan these steps: those of it that are not among them are removed.

    Call inside write().

    A step that somebody else has removed meanwhile stays removed. Raises Taken for two steps at
    one time.
    """
    there = {step.id: step for step in _load_steps(event_id)}
    _delete_steps([step for step in there.values() if step.id not in {each.id for each in wanted}])
    for step in there.values():
        step.days += TEMPORARY_DAYS_OFFSET
    db.session.flush()
    for each in wanted:
        if each.id is None:
            _add_step(event_id, each)
        elif (kept := there.get(each.id)) is not None:
            kept.days, kept.time_of_day, kept.body, kept.is_on = (
                each.days,
                each.time_of_day,
                each.body,
                each.is_on,
            )
    db.session.flush()
    reschedule_reminders(event_id, moment)


def disable_reminder(reminder_id: int) -> None:
    """A person cancelled this reminder where scheduled blasts are listed: the plan does not
    bring it back.
    """
    db.session.execute(
        update(EventReminder).where(EventReminder.id == reminder_id).values(is_on=False)
    )


def reschedule_reminders(event_id: int, moment: datetime) -> None:
    """Bring the scheduled blasts of an event's plan in line with the event and its plan, as
    they are now.

    Whoever changes an event's date or time calls this in the same write(). Afterwards each step
    that is on and whose time is after `moment` (UTC) has exactly one pending blast, and no
    other step has any. Nothing is sent late.
    """
    event = db.session.get(Event, event_id, populate_existing=True)
    if event is None:
        return
    db.session.flush()
    calendar = EventSchedule(event.date, event.start_time, organisation.get_organisation_timezone())
    steps = _load_steps(event_id)
    waiting, sent = _load_blasts_by_step(steps)
    for step in steps:
        when = compute_reminder_timing(step.days, step.time_of_day, step.is_on, calendar, moment)
        _reschedule_step(step, when, calendar.zone, waiting.get(step.id, []), sent.get(step.id, []))


def reschedule_reminders_in_new_zone(moment: datetime) -> list[int]:
    """The events whose waiting reminders were planned in another zone than the organisation's;
    each is planned anew.

    Call inside write(), and only when `in_another_zone()` says there are some.
    """
    found = find_events_planned_in_old_zone()
    for event_id in found:
        reschedule_reminders(event_id, moment)
    return found


def find_events_planned_in_old_zone() -> list[int]:
    """The events that follow_the_zone() would plan anew."""
    behind = (
        select(ScheduledMessage.event_id)
        .where(
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
            ScheduledMessage.event_reminder_id.is_not(None),
            ScheduledMessage.event_id.is_not(None),
            ScheduledMessage.timezone != organisation.get_organisation_timezone(),
        )
        .distinct()
    )
    return [event_id for event_id in db.session.scalars(behind) if event_id]


def _reschedule_step(
    step: EventReminder,
    when: ReminderTiming,
    zone: str,
    waiting: Sequence[ScheduledMessage],
    sent: Iterable[ScheduledMessage],
) -> None:
    """One step: its blast is made, moved or cancelled. More than one never waits."""
    why = CANCEL_REASONS.get(when.state)
    if (
        why is None
        and when.due_at
        and any(_is_same_day(each.scheduled_at, when.due_at, zone) for each in sent)
    ):
        why = SENT_THAT_DAY_REASON
    for extra in waiting if why or when.due_at is None else waiting[1:]:
        blast_scheduling.cancel_scheduled_blast(extra.id, why or STEP_REMOVED_REASON)
    if why or when.due_at is None:
        return
    blast = _build_blast_spec(step, when, zone)
    if not waiting:
        blast_scheduling.schedule_blast(blast, when.due_at)
    else:
        blast_scheduling.reschedule_blast(waiting[0].id, blast, when.due_at)


def _build_blast_spec(
    step: EventReminder, when: ReminderTiming, zone: str
) -> blast_scheduling.BlastSpec:
    settings = current_settings()
    return blast_scheduling.BlastSpec(
        body=step.body,
        footer=organisation.get_organisation().footer.strip() or None,
        target=BlastTarget.EVENT,
        event_id=step.event_id,
        sender=settings.sender,
        carrier=settings.carrier,
        test_mode=False,
        immediate=False,
        timezone=zone,
        client_token=None,
        created_by=REMINDER_AUTHOR,
        not_after=when.not_after,
        event_reminder_id=step.id,
    )


def _is_same_day(one: datetime, other: datetime, zone: str) -> bool:
    """A change of the zone or of the time of day must not send a step a second time on its day."""
    return local_times.get_local_date(zone, one) == local_times.get_local_date(zone, other)


def _load_blasts_by_step(
    steps: Sequence[EventReminder],
) -> tuple[dict[int, list[ScheduledMessage]], dict[int, list[ScheduledMessage]]]:
    """The blasts of these steps that wait, and those that have left, by step."""
    found = select(ScheduledMessage).where(
        ScheduledMessage.event_reminder_id.in_([step.id for step in steps]),
        ScheduledMessage.status.in_(
            (
                ScheduledBlastStatus.PENDING,
                ScheduledBlastStatus.PROCESSING,
                ScheduledBlastStatus.SENT,
            )
        ),
    )
    waiting: dict[int, list[ScheduledMessage]] = {}
    sent: dict[int, list[ScheduledMessage]] = {}
    for blast in db.session.scalars(
        found.order_by(ScheduledMessage.id).execution_options(populate_existing=True)
    ):
        kept = waiting if blast.status == ScheduledBlastStatus.PENDING else sent
        kept.setdefault(blast.event_reminder_id or 0, []).append(blast)
    return waiting, sent


def _load_steps(event_id: int) -> Sequence[EventReminder]:
    steps = select(EventReminder).where(EventReminder.event_id == event_id)
    ordered = steps.order_by(EventReminder.days, EventReminder.time_of_day)
    return db.session.scalars(ordered.execution_options(populate_existing=True)).all()


def _add_step(event_id: int, step: ReminderStep) -> None:
    values = {
        "days": step.days,
        "time_of_day": step.time_of_day,
        "body": step.body,
        "is_on": step.is_on,
    }
    db.session.add(EventReminder(event_id=event_id, **values))


def _delete_steps(steps: Sequence[EventReminder]) -> None:
    """Their waiting blasts first: without the step nobody would know what they were."""
    waiting, _ = _load_blasts_by_step(steps)
    for blasts in waiting.values():
        for blast in blasts:
            blast_scheduling.cancel_scheduled_blast(blast.id, STEP_REMOVED_REASON)
    db.session.execute(
        delete(EventReminder).where(EventReminder.id.in_([step.id for step in steps]))
    )
