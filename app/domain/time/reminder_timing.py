"""When the steps of an event's plan of reminders are due, and for which it is too late."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from app.domain.texts.plurals import pluralize
from app.domain.time import local_times

WHOLE_DAY_START_TIME = "00:00"  # an event without a start time has begun when its day has
RECENT_REGISTRATION_WINDOW = dt.timedelta(hours=1)
MAX_REMINDER_STEPS, MAX_DAYS_FROM_EVENT = 10, 365
REMINDER_AUTHOR = "Reminder"  # whom a blast of a plan is from


@dataclass(frozen=True)
class DefaultReminderStep:
    """A step that a new plan begins with."""

    days: int
    time_of_day: str
    body: str
    is_on: bool


# Each on its own line, so that a time or place that is not there leaves no hole in a sentence.
_DATE_AND_PLACE_LINES = "{event_date} {event_time}\n{event_place}"
DEFAULT_REMINDER_STEPS = (
    DefaultReminderStep(
        -7,
        "10:00",
        f"Reminder: {{event_title}} is in one week.\n{_DATE_AND_PLACE_LINES}",
        True,
    ),
    DefaultReminderStep(
        -1,
        "10:00",
        f"See you tomorrow: {{event_title}}.\n{_DATE_AND_PLACE_LINES}",
        True,
    ),
    DefaultReminderStep(
        1,
        "10:00",
        "Thank you for coming to {event_title}. It was good to have you there!",
        False,
    ),
)


class ReminderStepState(StrEnum):
    """What becomes of one step, as things are now."""

    PLANNED = "planned"
    OFF = "off"
    NO_DATE = "no_date"
    TOO_LATE = "too_late"
    AFTER_START = "after_start"


REMINDER_STEP_STATE_LABELS: dict[ReminderStepState, str] = {
    ReminderStepState.PLANNED: "Planned",
    ReminderStepState.OFF: "Off",
    ReminderStepState.NO_DATE: "Waits: the event has no date yet",
    ReminderStepState.TOO_LATE: "Too late for this date, so it is not sent",
    ReminderStepState.AFTER_START: "Not sent: the event has begun by then",
}


@dataclass(frozen=True)
class EventSchedule:
    """When an event is: its day, HH:MM or None for the whole day, and the zone of these clocks."""

    day: dt.date | None
    start_time: str | None
    zone: str

    @property
    def starts_at(self) -> dt.datetime | None:
        """The moment (UTC) at which it begins; None without a date."""
        return (
            local_times.find_moment_on_day(
                self.day, self.start_time or WHOLE_DAY_START_TIME, self.zone
            )
            if self.day
            else None
        )


@dataclass(frozen=True)
class ReminderTiming:
    """One step against the calendar.

    `due` and `not_after` are UTC; `due` is None while there is no moment for it.
    """

    state: ReminderStepState
    due_at: dt.datetime | None = None
    not_after: dt.datetime | None = None


def compute_reminder_timing(
    days: int, time_of_day: str, is_on: bool, event: EventSchedule, now: dt.datetime
) -> ReminderTiming:
    """What becomes of a step: `days` from the event's day (-7: a week before), at HH:MM of its
    zone.

    A step up to the day itself leaves before the event begins or not at all; one after it has
    no such end. What is due by now is not sent late.
    """
    due, begins = compute_reminder_due_at(days, time_of_day, event), event.starts_at
    if due is None or begins is None:
        return ReminderTiming(ReminderStepState.NO_DATE if is_on else ReminderStepState.OFF)
    not_after = begins if days <= 0 else None
    if not is_on:
        state = ReminderStepState.OFF
    elif not_after is not None and due >= not_after:
        state = ReminderStepState.AFTER_START
    else:
        state = ReminderStepState.PLANNED if due > now else ReminderStepState.TOO_LATE
    return ReminderTiming(state, due, not_after)


def compute_reminder_due_at(
    days: int, time_of_day: str, event: EventSchedule
) -> dt.datetime | None:
    """The moment (UTC) of a step; None without a date, and at the edge of the calendar."""
    if event.day is None:
        return None
    try:
        return local_times.find_moment_on_day(
            event.day + dt.timedelta(days=days), time_of_day, event.zone
        )
    except OverflowError:
        return None


def format_day_offset(days: int) -> str:
    """ "7 days before", "on the day", "1 day after"."""
    return (
        f"{pluralize(abs(days), 'day')} {'before' if days < 0 else 'after'}"
        if days
        else "on the day"
    )


def compute_registration_cutoff(due: dt.datetime) -> dt.datetime:
    """Who registered after this moment skips the step that is due then: they have just read
    everything.
    """
    return due - RECENT_REGISTRATION_WINDOW


def build_event_values(
    title: str, event: EventSchedule, place: str | None, now: dt.datetime
) -> dict[str, str]:
    """What stands for the placeholders of an event in its texts; what is not known is not there."""
    values = {
        "event_title": title,
        "event_time": event.start_time,
        "event_place": place,
    }
    if event.day:
        values["event_date"] = local_times.format_day(
            event.day, today=local_times.get_local_date(event.zone, now)
        )
    return {name: value for name, value in values.items() if value}
