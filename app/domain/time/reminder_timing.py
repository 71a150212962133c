"""When the steps of an event's reminder plan are due, and for which it is too late."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.domain.quiet_hours.reminder_hours import find_reminder_time
from app.domain.quiet_hours.texting_hours import TextingHours
from app.domain.texts.plurals import pluralize
from app.domain.texts.text_languages import DEFAULT_LANGUAGE
from app.domain.time.language_dates import get_text_date_style
from app.domain.time.local_times import find_moment_on_day, get_local_date

# An event without a start time has begun when its day has.
WHOLE_DAY_START_TIME = "00:00"
RECENT_REGISTRATION_WINDOW = timedelta(hours=1)
MAX_REMINDER_STEPS = 10
MAX_DAYS_FROM_EVENT = 365
# The sender name of a blast that a plan created.
REMINDER_AUTHOR = "Reminder"


@dataclass(frozen=True)
class DefaultReminderStep:
    """A step that a new plan begins with."""

    days: int
    time_of_day: str
    body: str
    is_on: bool


# Date and place have a line of their own: a missing one leaves no gap in a sentence.
_DATE_AND_PLACE_LINES = "{event_date} {event_time}\n{event_place}"
DEFAULT_REMINDER_STEPS = (
    DefaultReminderStep(
        -7, "10:00", f"Reminder: {{event_title}} is in one week.\n{_DATE_AND_PLACE_LINES}", True
    ),
    DefaultReminderStep(
        -1, "10:00", f"See you tomorrow: {{event_title}}.\n{_DATE_AND_PLACE_LINES}", True
    ),
    DefaultReminderStep(
        1, "10:00", "Thank you for coming to {event_title}. It was good to have you there!", False
    ),
)


class ReminderStepState(StrEnum):
    """What will become of one step, as things are now."""

    PLANNED = "planned"
    OFF = "off"
    NO_DATE = "no_date"
    TOO_LATE = "too_late"
    AFTER_START = "after_start"


REMINDER_STEP_STATE_LABELS: dict[ReminderStepState, str] = {
    ReminderStepState.PLANNED: "Planned",
    ReminderStepState.OFF: "Off",
    ReminderStepState.NO_DATE: "Not scheduled: the event has no date yet",
    ReminderStepState.TOO_LATE: "Not sent: its time has passed",
    ReminderStepState.AFTER_START: "Not sent: due after the event starts",
}


@dataclass(frozen=True)
class EventSchedule:
    """When an event is: its day, HH:MM or None for the whole day, and the zone of both."""

    day: date | None
    start_time: str | None
    zone: str

    @property
    def ends_for_day_reminders(self) -> datetime | None:
        """The moment (UTC) after which a reminder of the day itself is useless.

        An event without a time is the whole day: for nobody has it begun at midnight. None
        without a date, and at the edge of the calendar.
        """
        if self.start_time or not self.day or self.day == date.max:
            return self.starts_at
        return find_moment_on_day(self.day + timedelta(days=1), WHOLE_DAY_START_TIME, self.zone)

    @property
    def starts_at(self) -> datetime | None:
        """The moment (UTC) at which the event begins; None without a date."""
        if not self.day:
            return None
        return find_moment_on_day(self.day, self.start_time or WHOLE_DAY_START_TIME, self.zone)


@dataclass(frozen=True)
class ReminderTiming:
    """When one step is sent, and until when it may be.

    `due_at` and `not_after` are UTC; `due_at` is None while the event has no date. `own_due_at`:
    the time that the plan says. `moved_due_at`: where texting hours move it to, whether they count
    now or not; one that was sent then is not sent at its own time too.
    """

    state: ReminderStepState
    due_at: datetime | None = None
    not_after: datetime | None = None
    own_due_at: datetime | None = None
    moved_due_at: datetime | None = None

    @property
    def due_moments(self) -> tuple[datetime, ...]:
        """The moments (UTC) at which the step may have been sent."""
        moments = (self.due_at, self.own_due_at, self.moved_due_at)
        return tuple(moment for moment in moments if moment is not None)

    @property
    def is_moved(self) -> bool:
        """Whether texting hours move it."""
        return self.due_at != self.own_due_at


def compute_reminder_timing(
    days: int,
    time_of_day: str,
    is_on: bool,
    event: EventSchedule,
    now: datetime,
    hours: TextingHours | None = None,
) -> ReminderTiming:
    """Return when a step is sent: `days` from the event's day (-7: a week before), at HH:MM.

    A step up to the event's day leaves before the event begins or not at all, on the day of an
    event without a time until that day ends; a later one has no such limit. A step that is due
    by now is not sent late. While texting hours (`hours`) are on, one at a quiet time is moved.
    """
    due_at = compute_reminder_due_at(days, time_of_day, event)
    starts_at = event.starts_at
    if due_at is None or starts_at is None:
        return ReminderTiming(ReminderStepState.NO_DATE if is_on else ReminderStepState.OFF)
    not_after = _compute_not_after(days, event)
    if not is_on:
        state = ReminderStepState.OFF
    elif not_after is not None and due_at >= not_after:
        state = ReminderStepState.AFTER_START
    elif due_at > now:
        state = ReminderStepState.PLANNED
    else:
        state = ReminderStepState.TOO_LATE
    timing = ReminderTiming(state, due_at, not_after, due_at)
    if state != ReminderStepState.PLANNED or hours is None or not hours.is_chosen:
        return timing
    return _move_into_hours(timing, due_at, hours, now)


def _move_into_hours(
    timing: ReminderTiming, due_at: datetime, hours: TextingHours, now: datetime
) -> ReminderTiming:
    """Return the timing at an hour at which texts may be sent.

    When that has passed, for the plan was made late, its own time stays: then it waits like a
    blast, and is skipped where the event begins first.
    """
    moved = find_reminder_time(hours, due_at, timing.not_after)
    if hours.is_on and moved > now:
        return replace(timing, due_at=moved, moved_due_at=moved)
    return replace(timing, moved_due_at=moved)


def _compute_not_after(days: int, event: EventSchedule) -> datetime | None:
    if days > 0:
        return None
    return event.starts_at if days < 0 else event.ends_for_day_reminders


def compute_reminder_due_at(days: int, time_of_day: str, event: EventSchedule) -> datetime | None:
    """Return the moment (UTC) of a step; None without a date, and at the edge of the calendar."""
    if event.day is None:
        return None
    try:
        step_day = event.day + timedelta(days=days)
    except OverflowError:
        return None
    return find_moment_on_day(step_day, time_of_day, event.zone)


def format_day_offset(days: int) -> str:
    """Return "7 days before", "on the day" or "1 day after"."""
    if days == 0:
        return "on the day"
    direction = "before" if days < 0 else "after"
    return f"{pluralize(abs(days), 'day')} {direction}"


def compute_registration_cutoff(due: datetime) -> datetime:
    """Return the moment after which a registration skips the step that is due at `due`.

    Who has just registered has just read everything about the event.
    """
    return due - RECENT_REGISTRATION_WINDOW


def build_event_values(
    title: str,
    event: EventSchedule,
    place: str | None,
    now: datetime,
    region: str = "",
    language: str = DEFAULT_LANGUAGE,
) -> dict[str, str]:
    """Return the values of the event placeholders; what is not known is left out.

    Date and time are written as `language` (BCP 47) and the country `region` do.
    """
    style = get_text_date_style(language, region)
    values = {"event_title": title}
    if event.start_time:
        values["event_time"] = style.format_clock(time.fromisoformat(event.start_time))
    if place:
        values["event_place"] = place
    if event.day:
        today = get_local_date(event.zone, now)
        values["event_date"] = style.format_day(event.day, today=today)
        values["due_date"] = values["event_date"]
        days = (event.day - today).days
        # A past event is in no days, and a coming one was no days ago: the other has no value.
        if days >= 0:
            values["days_until"] = str(days)
        if days <= 0:
            values["days_since"] = str(-days)
    return values
