"""From the date and time somebody typed in a zone to one moment, and from a moment back to
words.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from app.domain.texts.plurals import format_two_units, pluralize

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTH_NAMES = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
TIME_ZONE_AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
MAX_YEARS_AHEAD = 5
ALLOWED_YEARS = range(1970, 2200)


class InvalidLocalTime(ValueError):
    """No moment to send at: `field` is where to say it, `sentence` what, `suggestion` a time
    that exists (or None).
    """

    def __init__(self, field: str, sentence: str, suggestion: str | None = None) -> None:
        self.field = field
        self.sentence = sentence
        self.suggestion = suggestion
        super().__init__(sentence)


@dataclass(frozen=True)
class LocalMoment:
    """A moment and how it was chosen.

    `ambiguous`: the clock shows this time twice; `fold` tells which is meant.
    """

    utc: datetime
    zone: str
    is_ambiguous: bool
    fold: str


def parse_future_local_time(
    date: str, time: str, zone: str, *, fold: str = "", now: datetime
) -> LocalMoment:
    """The moment of YYYY-MM-DD and HH:MM in `zone`, a whole minute in UTC; the running minute
    still counts.

    Raises BadTime: malformed, unknown zone, skipped by the clocks (with a suggestion), in the
    past, too far ahead. A repeated time is the first one unless `fold` is 'second' or the first
    has passed.
    """
    place = _find_zone(zone)
    typed = _parse_date_and_time(date, time)
    _reject_far_years(typed, now)
    first, second = (typed.replace(tzinfo=place, fold=which).astimezone(UTC) for which in (0, 1))
    _reject_clock_gap(typed, first, place)
    earliest = now.astimezone(UTC).replace(second=0, microsecond=0)
    ambiguous = second != first and first >= earliest
    chosen = second if fold == "second" or first < earliest else first
    if chosen < earliest:
        raise _explain_past_time(typed, now, place)
    return LocalMoment(
        chosen,
        zone,
        ambiguous,
        "second" if chosen == second and second != first else "first",
    )


def parse_local_time(date: str, time: str, zone: str) -> datetime:
    """The moment of YYYY-MM-DD and HH:MM in `zone`, past or to come, in UTC; of two equal times
    the first.

    Raises BadTime: malformed, skipped by the clocks (with a suggestion), or not in YEARS.
    """
    place, typed = _find_zone(zone), _parse_date_and_time(date, time)
    if typed.year not in ALLOWED_YEARS:
        raise InvalidLocalTime(
            "schedule_date",
            f"Choose a day between {ALLOWED_YEARS[0]} and {ALLOWED_YEARS[-1]}.",
        )
    moment = typed.replace(tzinfo=place).astimezone(UTC)
    _reject_clock_gap(typed, moment, place)
    return moment


def format_moment(moment: datetime, zone: str, *, now: datetime | None = None) -> str:
    """'Fri 8 May 20:45' on the clocks of `zone`; with the year when that is not the year of
    `now`.
    """
    place = zone_or_utc(zone)
    local = moment.astimezone(place)
    day = f"{DAY_NAMES[local.weekday()]} {local.day} {MONTH_NAMES[local.month - 1]}"
    if now is not None and now.astimezone(place).year != local.year:
        day = f"{day} {local.year}"
    return f"{day} {local:%H:%M}"


def format_day(day: date, *, today: date) -> str:
    """'Fri 8 May'; with the year when that is not the year of `today`."""
    words = f"{DAY_NAMES[day.weekday()]} {day.day} {MONTH_NAMES[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def find_moment_on_day(day: date, clock: str, zone: str) -> datetime | None:
    """When the clocks of `zone` show HH:MM on that day, in UTC; None at the edge of the
    calendar.

    A plan has nobody to ask: of two equal times the first is meant, and a time that the clocks
    skip is as much later as they skip (02:30 is 03:30 then).
    """
    try:
        return datetime.combine(day, time.fromisoformat(clock), zone_or_utc(zone)).astimezone(UTC)
    except OverflowError:
        return None


def get_local_date(zone: str, now: datetime) -> date:
    """The day it is in `zone`."""
    return now.astimezone(zone_or_utc(zone)).date()


@dataclass(frozen=True)
class LocalTimeInput:
    """A moment as somebody would type it: YYYY-MM-DD, HH:MM, and 'first' or 'second' of two
    equal times.
    """

    date: str
    time: str
    fold: str


def build_local_time_input(moment: datetime, zone: str) -> LocalTimeInput:
    """What to type in `zone` for a moment: read_local() reads it back, to the minute."""
    local = moment.astimezone(zone_or_utc(zone))
    return LocalTimeInput(
        f"{local:%Y-%m-%d}", f"{local:%H:%M}", "second" if local.fold else "first"
    )


def format_time_until(moment: datetime, now: datetime) -> str:
    """'in 2 days 4 hours', 'in 9 seconds', 'now'."""
    return f"in {format_time_between(now, moment)}" if moment > now else "now"


def format_time_between(earlier: datetime, later: datetime) -> str:
    """'2 days 4 hours', '9 seconds'."""
    seconds = math.ceil((later - earlier).total_seconds())
    if seconds < 60:
        return pluralize(seconds, "second")
    minutes = seconds // 60
    if minutes < 10:
        return format_two_units(minutes, "minute", seconds % 60, "second")
    if minutes < 60:
        return pluralize(minutes, "minute")
    if minutes < 24 * 60:
        return format_two_units(minutes // 60, "hour", minutes % 60, "minute")
    return format_two_units(minutes // (24 * 60), "day", minutes // 60 % 24, "hour")


def is_time_zone(zone: str) -> bool:
    """Whether the zone exists. Safe for any text."""
    return zone in _load_zone_names()


@cache
def list_time_zones() -> list[str]:
    """The zones to choose from: UTC, then every Area/City in alphabetical order."""
    return [
        "UTC",
        *sorted(
            name
            for name in _load_zone_names()
            if name.split("/")[0] in TIME_ZONE_AREAS and "/" in name
        ),
    ]


@cache
def _load_zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def _find_zone(zone: str) -> ZoneInfo:
    if not is_time_zone(zone):
        raise InvalidLocalTime("timezone", "Choose a time zone from the list.")
    return ZoneInfo(zone)


def zone_or_utc(zone: str) -> ZoneInfo:
    """Return the time zone of this name; UTC when the tables do not have it (any more)."""
    return ZoneInfo(zone if is_time_zone(zone) else "UTC")


def _parse_date_and_time(day: str, clock: str) -> datetime:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
            raise ValueError
        read_day = date.fromisoformat(day)
    except ValueError:
        raise InvalidLocalTime(
            "schedule_date", "Write the day as year-month-day, for example 2026-05-08."
        ) from None
    try:
        if not re.fullmatch(r"[0-9]{2}:[0-9]{2}", clock):
            raise ValueError
        return datetime.combine(read_day, time.fromisoformat(clock))
    except ValueError:
        raise InvalidLocalTime(
            "schedule_time", "Write the time as hours:minutes, for example 18:30."
        ) from None


def _reject_far_years(typed: datetime, now: datetime) -> None:
    """Keeps the first and last years away from the zone arithmetic, where they overflow."""
    if typed.year < 1970:
        raise InvalidLocalTime("schedule_date", "That day has passed.")
    if typed.year > now.year + MAX_YEARS_AHEAD:
        raise InvalidLocalTime("schedule_date", f"That is more than {MAX_YEARS_AHEAD} years away.")


def _reject_clock_gap(typed: datetime, moment: datetime, place: ZoneInfo) -> None:
    shown = moment.astimezone(place).replace(tzinfo=None, fold=0)
    if shown == typed:
        return
    same_day = shown.date() == typed.date()
    suggestion = f"{shown:%H:%M}" if same_day else f"{shown:%Y-%m-%d %H:%M}"
    raise InvalidLocalTime(
        "schedule_time",
        f"This time does not exist: the clocks are put forward then. Did you mean {suggestion}?",
        suggestion,
    )


def _explain_past_time(typed: datetime, now: datetime, place: ZoneInfo) -> InvalidLocalTime:
    there = now.astimezone(place)
    if typed.date() < there.date():
        return InvalidLocalTime("schedule_date", "That day has passed.")
    return InvalidLocalTime(
        "schedule_time", f"That time has passed: it is {there:%H:%M} there now."
    )
