"""When the steps of an event's plan of reminders are due, and for which it is too late."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from app.domain import hours
from app.domain.cost import counted

WHOLE_DAY = "00:00"  # an event without a start time has begun when its day has
JUST_REGISTERED = dt.timedelta(hours=1)
MOST_STEPS, FARTHEST_DAYS = 10, 365
SIGNATURE = "Reminder"  # whom a blast of a plan is from


@dataclass(frozen=True)
class Seed:
    """A step that a new plan begins with."""

    days: int
    time_of_day: str
    body: str
    is_on: bool


# Each on its own line, so that a time or place that is not there leaves no hole in a sentence.
_WHEN_AND_WHERE = "{event_date} {event_time}\n{event_place}"
SEEDS = (
    Seed(
        -7,
        "10:00",
        f"Reminder: {{event_title}} is in one week.\n{_WHEN_AND_WHERE}",
        True,
    ),
    Seed(-1, "10:00", f"See you tomorrow: {{event_title}}.\n{_WHEN_AND_WHERE}", True),
    Seed(
        1,
        "10:00",
        "Thank you for coming to {event_title}. It was good to have you there!",
        False,
    ),
)


class StepState(StrEnum):
    """What becomes of one step, as things are now."""

    PLANNED = "planned"
    OFF = "off"
    NO_DATE = "no_date"
    TOO_LATE = "too_late"
    AFTER_START = "after_start"


STATE_WORDS: dict[StepState, str] = {
    StepState.PLANNED: "Planned",
    StepState.OFF: "Off",
    StepState.NO_DATE: "Waits: the event has no date yet",
    StepState.TOO_LATE: "Too late for this date, so it is not sent",
    StepState.AFTER_START: "Not sent: the event has begun by then",
}


@dataclass(frozen=True)
class Calendar:
    """When an event is: its day, HH:MM or None for the whole day, and the zone of these clocks."""

    day: dt.date | None
    start_time: str | None
    zone: str

    @property
    def begins(self) -> dt.datetime | None:
        """The moment (UTC) at which it begins; None without a date."""
        return (
            hours.moment_on(self.day, self.start_time or WHOLE_DAY, self.zone)
            if self.day
            else None
        )


@dataclass(frozen=True)
class Timing:
    """One step against the calendar.

    `due` and `not_after` are UTC; `due` is None while there is no moment for it.
    """

    state: StepState
    due: dt.datetime | None = None
    not_after: dt.datetime | None = None


def timing(
    days: int, time_of_day: str, is_on: bool, event: Calendar, now: dt.datetime
) -> Timing:
    """What becomes of a step: `days` from the event's day (-7: a week before), at HH:MM of its
    zone.

    A step up to the day itself leaves before the event begins or not at all; one after it has
    no such end. What is due by now is not sent late.
    """
    due, begins = due_at(days, time_of_day, event), event.begins
    if due is None or begins is None:
        return Timing(StepState.NO_DATE if is_on else StepState.OFF)
    not_after = begins if days <= 0 else None
    if not is_on:
        state = StepState.OFF
    elif not_after is not None and due >= not_after:
        state = StepState.AFTER_START
    else:
        state = StepState.PLANNED if due > now else StepState.TOO_LATE
    return Timing(state, due, not_after)


def due_at(days: int, time_of_day: str, event: Calendar) -> dt.datetime | None:
    """The moment (UTC) of a step; None without a date, and at the edge of the calendar."""
    if event.day is None:
        return None
    try:
        return hours.moment_on(
            event.day + dt.timedelta(days=days), time_of_day, event.zone
        )
    except OverflowError:
        return None


def in_words(days: int) -> str:
    """ "7 days before", "on the day", "1 day after"."""
    return (
        f"{counted(abs(days), 'day')} {'before' if days < 0 else 'after'}"
        if days
        else "on the day"
    )


def registered_by(due: dt.datetime) -> dt.datetime:
    """Who registered after this moment skips the step that is due then: they have just read
    everything.
    """
    return due - JUST_REGISTERED


def values_of(
    title: str, event: Calendar, place: str | None, now: dt.datetime
) -> dict[str, str]:
    """What stands for the placeholders of an event in its texts; what is not known is not there."""
    values = {
        "event_title": title,
        "event_time": event.start_time,
        "event_place": place,
    }
    if event.day:
        values["event_date"] = hours.day_in_words(
            event.day, today=hours.today_in(event.zone, now)
        )
    return {name: value for name, value in values.items() if value}
