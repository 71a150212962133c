"""Local times: from the date and time typed in a zone to a moment in UTC, and back to words."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from app.domain.time.date_styles import get_date_style

# The other names of the zone tables are aliases ("US/Eastern") and fixed offsets ("Etc/GMT+5").
AREA_AND_CITY_PATTERN = re.compile(
    "(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/.*"
)
MAX_YEARS_AHEAD = 5
NEAR_DAY_NAMES = {-1: "yesterday", 0: "today", 1: "tomorrow"}
# The first and last years of the calendar overflow in zone arithmetic.
ALLOWED_YEARS = range(1970, 2200)
# fromisoformat() alone would also take 20260508, 2026-W19, 18 and 18:30:15.
DATE_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOCK_PATTERN = re.compile(r"[0-9]{2}:[0-9]{2}")


class InvalidLocalTime(ValueError):
    """What was typed is no moment to send at.

    `field` is the form field at fault, `sentence` what the page says, `suggestion` a time that
    exists (or None).
    """

    def __init__(
        self,
        field: str,
        sentence: str,
        suggestion: str | None = None,
    ) -> None:
        self.field = field
        self.sentence = sentence
        self.suggestion = suggestion
        super().__init__(sentence)


@dataclass(frozen=True)
class LocalMoment:
    """A moment and how it was chosen.

    `is_ambiguous`: the clocks show this time twice, when they are put back; `fold` is "first" or
    "second" and tells which of the two it is.
    """

    utc: datetime
    zone: str
    is_ambiguous: bool
    fold: str


@dataclass(frozen=True)
class LocalTimeInput:
    """A moment as form fields hold it: YYYY-MM-DD, HH:MM, and "first" or "second" (see fold)."""

    date: str
    time: str
    fold: str


def parse_future_local_time(
    date: str, time: str, zone: str, *, fold: str = "", now: datetime, region: str = ""
) -> LocalMoment:
    """Return the moment of YYYY-MM-DD and HH:MM in `zone`; the current minute still counts.

    Of a time that the clocks show twice it is the first, unless `fold` is "second" or the first
    has passed. Raises InvalidLocalTime when the text is malformed, the zone unknown, the time
    skipped by the clocks (with a suggestion), past, or more than MAX_YEARS_AHEAD years away. Its
    sentence has times as the country `region` writes them.
    """
    local_zone = _find_zone(zone)
    local = _parse_date_and_time(date, time, region)
    _reject_far_years(local, now)
    first = local.replace(tzinfo=local_zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=local_zone, fold=1).astimezone(UTC)
    _reject_clock_gap(local, first, local_zone, region)
    earliest = now.astimezone(UTC).replace(second=0, microsecond=0)
    moment = first
    if fold == "second" or first < earliest:
        moment = second
    if moment < earliest:
        raise _explain_past_time(local, now, local_zone, region)
    occurs_twice = second != first
    return LocalMoment(
        utc=moment,
        zone=zone,
        is_ambiguous=occurs_twice and first >= earliest,
        fold="second" if occurs_twice and moment == second else "first",
    )


def parse_local_time(
    date: str,
    time: str,
    zone: str,
    region: str = "",
) -> datetime:
    """Return the moment (UTC) of YYYY-MM-DD and HH:MM in `zone`, past or future.

    Of a time that the clocks show twice it is the first. Raises InvalidLocalTime when the text
    is malformed, the time skipped by the clocks (with a suggestion), or not in ALLOWED_YEARS.
    """
    local_zone = _find_zone(zone)
    local = _parse_date_and_time(date, time, region)
    if local.year not in ALLOWED_YEARS:
        raise InvalidLocalTime(
            "schedule_date",
            f"Choose a day between {ALLOWED_YEARS[0]} and {ALLOWED_YEARS[-1]}.",
        )
    moment = local.replace(tzinfo=local_zone).astimezone(UTC)
    _reject_clock_gap(local, moment, local_zone, region)
    return moment


def find_moment_on_day(day: date, clock: str, zone: str) -> datetime | None:
    """Return the moment (UTC) when the clocks of `zone` show HH:MM on that day.

    A reminder plan cannot ask anybody back: of a time that occurs twice it takes the first, and
    a time the clocks skip moves on by as much as they do (02:30 becomes 03:30). None at the
    edge of the calendar.
    """
    local = datetime.combine(day, time.fromisoformat(clock), zone_or_utc(zone))
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return None


def build_local_time_input(moment: datetime, zone: str) -> LocalTimeInput:
    """Return what to type in `zone` for a moment; parse_local_time() reads it to the minute."""
    local = moment.astimezone(zone_or_utc(zone))
    fold = "second" if local.fold else "first"
    return LocalTimeInput(f"{local:%Y-%m-%d}", f"{local:%H:%M}", fold)


def format_moment(
    moment: datetime, zone: str, *, now: datetime | None = None, region: str = ""
) -> str:
    """Return "Fri, May 8, 8:45 PM" on the clocks of `zone`, as the country `region` writes it.

    The year is added when it is not the year of `now`, never without `now`.
    """
    local_zone = zone_or_utc(zone)
    local = moment.astimezone(local_zone)
    today = (now or moment).astimezone(local_zone).date()
    return get_date_style(region).format_moment(local, today=today)


def format_relative_moment(
    moment: datetime,
    zone: str,
    *,
    now: datetime,
    region: str = "",
) -> str:
    """Return "today, 8:45 PM", with yesterday and tomorrow too; other days by their date."""
    local_zone = zone_or_utc(zone)
    local = moment.astimezone(local_zone)
    days_ahead = (local.date() - now.astimezone(local_zone).date()).days
    if days_ahead not in NEAR_DAY_NAMES:
        return format_moment(moment, zone, now=now, region=region)
    return f"{NEAR_DAY_NAMES[days_ahead]}, {get_date_style(region).format_clock(local.time())}"


def format_day(day: date, *, today: date, region: str = "") -> str:
    """Return "Fri, May 8" as the country `region` writes it.

    The year is added when it is not the year of `today`.
    """
    return get_date_style(region).format_day(day, today=today)


def get_local_date(zone: str, now: datetime) -> date:
    """Return today's date on the clocks of `zone`."""
    return now.astimezone(zone_or_utc(zone)).date()


def is_time_zone(zone: str) -> bool:
    """Whether the zone exists. Safe for any text, which ZoneInfo() is not."""
    return zone in _load_zone_names()


# Cached: the zone tables do not change while we run.
@cache
def list_time_zones() -> list[str]:
    """Return the zones to choose from: UTC, then every Area/City in alphabetical order."""
    return ["UTC", *sorted(filter(AREA_AND_CITY_PATTERN.fullmatch, _load_zone_names()))]


# Cached: available_timezones() walks through the directories of the zone tables.
@cache
def _load_zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_or_utc(zone: str) -> ZoneInfo:
    """Return the time zone of this name; UTC when the tables do not have it (any more)."""
    return ZoneInfo(zone if is_time_zone(zone) else "UTC")


def _find_zone(zone: str) -> ZoneInfo:
    if not is_time_zone(zone):
        raise InvalidLocalTime("timezone", "Choose a time zone from the list.")
    return ZoneInfo(zone)


def _parse_date_and_time(day: str, clock: str, region: str) -> datetime:
    return datetime.combine(_parse_date(day, region), _parse_clock(clock, region))


def _parse_date(text: str, region: str) -> date:
    try:
        if DATE_PATTERN.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidLocalTime("schedule_date", get_date_style(region).date_error)


def _parse_clock(text: str, region: str) -> time:
    try:
        if CLOCK_PATTERN.fullmatch(text):
            return time.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidLocalTime("schedule_time", get_date_style(region).clock_error)


def _reject_far_years(local: datetime, now: datetime) -> None:
    """Raise InvalidLocalTime for years in which the zone arithmetic overflows, or far ahead."""
    if local.year < ALLOWED_YEARS[0]:
        raise InvalidLocalTime("schedule_date", "That day has passed.")
    if local.year > now.year + MAX_YEARS_AHEAD:
        raise InvalidLocalTime("schedule_date", f"That is more than {MAX_YEARS_AHEAD} years away.")


def _reject_clock_gap(
    local: datetime,
    moment: datetime,
    local_zone: ZoneInfo,
    region: str,
) -> None:
    """Raise InvalidLocalTime when the clocks are put forward over the time typed."""
    # A time inside the gap comes back from UTC as another one.
    existing = moment.astimezone(local_zone).replace(tzinfo=None, fold=0)
    if existing == local:
        return
    style = get_date_style(region)
    suggestion = f"{existing:%H:%M}"
    written = style.format_clock(existing.time())
    if existing.date() != local.date():
        suggestion = f"{existing:%Y-%m-%d %H:%M}"
        written = style.format_moment(existing, today=local.date())
    raise InvalidLocalTime(
        "schedule_time",
        f"This time does not exist: clocks go forward then. Did you mean {written}?",
        suggestion,
    )


def _explain_past_time(
    local: datetime, now: datetime, local_zone: ZoneInfo, region: str
) -> InvalidLocalTime:
    local_now = now.astimezone(local_zone)
    if local.date() < local_now.date():
        return InvalidLocalTime("schedule_date", "That day has passed.")
    clock = get_date_style(region).format_clock(local_now.time())
    return InvalidLocalTime("schedule_time", f"That time has passed: it is {clock} there now.")
