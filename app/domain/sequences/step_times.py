"""When a step of a sequence is due, on the organisation's clocks."""

from datetime import UTC, datetime, timedelta

from app.domain.time.local_times import find_moment_on_day, zone_or_utc

# Later than this a step is skipped: "See you tomorrow" is no text for next week.
MAX_LATENESS = timedelta(hours=24)
# Made at the last moment, a text still has so long to be sent.
LEAST_TIME_TO_SEND = timedelta(hours=1)
# What a day starts, such as a birthday, is sent at this time unless its step says another.
DAY_TIME = "10:00"


def compute_step_time(
    counts_from: datetime, delay_days: int, time_of_day: str | None, zone: str
) -> datetime:
    """Return when a step is due (UTC): so many days after `counts_from`, at HH:MM of `zone`.

    Without a time it is the clock time of `counts_from`. A time of the same day that has passed by
    then is that of the next day. Of a time that the clocks show twice it is the first, and one
    that they skip moves on by as much as they do.
    """
    if time_of_day is None and delay_days == 0:
        return counts_from
    local = counts_from.astimezone(zone_or_utc(zone))
    # Days are counted on the calendar, not in hours: a day with a change of clocks has 23 or 25.
    day = local.date() + timedelta(days=delay_days)
    due_at = find_moment_on_day(day, time_of_day or f"{local:%H:%M}", zone)
    if due_at is not None and due_at < counts_from:
        due_at = find_moment_on_day(day + timedelta(days=1), time_of_day or "", zone)
    # None at the edge of the calendar only, where nothing is ever due.
    return due_at or datetime.max.replace(tzinfo=UTC)


def compute_repeat_time(
    due_at: datetime, repeat_days: int, time_of_day: str | None, zone: str, moment: datetime
) -> datetime:
    """Return when a step is due again that was due at `due_at`, so many days later.

    What would be too late at `moment` by more than a day is passed over.
    """
    next_at = compute_step_time(due_at, repeat_days, time_of_day, zone)
    # By whole rounds, so that it stays on its weekday; a year's pause is one step, not 365.
    late_days = (moment - MAX_LATENESS - next_at).days
    if late_days >= 0:
        rounds = late_days // repeat_days + 1
        next_at = compute_step_time(due_at, repeat_days * (rounds + 1), time_of_day, zone)
    return next_at


def find_latest_time(due_at: datetime, moment: datetime) -> datetime:
    """Return until when the text of a step may be sent that was due and is made at `moment`."""
    return max(due_at + MAX_LATENESS, moment + LEAST_TIME_TO_SEND)


def is_too_late(due_at: datetime, moment: datetime) -> bool:
    """Whether a step that was due at `due_at` is no longer sent at `moment`."""
    return moment - due_at > MAX_LATENESS
