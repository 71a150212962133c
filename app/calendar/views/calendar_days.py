"""The days of the calendar, as a month and as a list, with what will be sent on each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask_login import current_user

from app.calendar.queries.planned_span import PlannedSends, PlannedSpan, load_planned_sends
from app.calendar.views.calendar_entries import CalendarEntry, find_close_entries, list_entries
from app.core.clock import now
from app.core.local_formats import format_day, get_display_timezone
from app.core.settings import current_settings
from app.domain.time.local_times import find_moment_on_day, get_local_date, zone_or_utc

# In the cell of a day; more open with a press.
SHOWN_IN_CELL = 4
# So many sends on one day may be as many texts for one person, which the page of the day counts.
CROWDED_ENTRIES = 3


@dataclass(frozen=True)
class CalendarDay:
    """A day: `label` such as "Sun, Dec 6", and what will be sent on it in order."""

    day: date
    label: str
    is_today: bool
    is_past: bool
    entries: Sequence[CalendarEntry] = ()

    @property
    def first_entries(self) -> Sequence[CalendarEntry]:
        """What the cell of a month shows at once."""
        return self.entries[:SHOWN_IN_CELL]

    @property
    def sent_entries(self) -> Sequence[CalendarEntry]:
        """What is sent to people on it, as far as is known: no tests, and nothing paused."""
        return [entry for entry in self.entries if entry.is_sent]

    @property
    def more_entries(self) -> Sequence[CalendarEntry]:
        """What the cell shows on request."""
        return self.entries[SHOWN_IN_CELL:]


@dataclass(frozen=True)
class CalendarSpan:
    """Every day from the first to the last, and the entries of blasts that are too close."""

    days: Sequence[CalendarDay]
    is_truncated: bool
    close: frozenset[CalendarEntry] = field(default_factory=frozenset)

    @property
    def busy_days(self) -> list[CalendarDay]:
        """The days on which something will be sent."""
        return [day for day in self.days if day.entries]

    @property
    def days_by_date(self) -> dict[date, CalendarDay]:
        """Each day by its date."""
        return {day.day: day for day in self.days}

    @property
    def crowded_days(self) -> list[CalendarDay]:
        """The days on which so much is sent that somebody may get many texts."""
        return [day for day in self.busy_days if len(day.sent_entries) >= CROWDED_ENTRIES]

    @property
    def close_days(self) -> list[CalendarDay]:
        """The days with blasts that are too close to one another."""
        return [day for day in self.busy_days if self.close.intersection(day.entries)]


def get_today(moment: datetime) -> date:
    """Return today's date in the organisation's zone."""
    return get_local_date(get_display_timezone(), moment)


def plan_span(first: date, last: date) -> PlannedSpan:
    """Return when the days from `first` to `last` begin and end; the past has nothing."""
    moment = now()
    end = _find_midnight(last + timedelta(days=1))
    has_late = first <= get_today(moment) <= last
    # Dates of series that have passed are no news: the blasts that were made of them are shown.
    return PlannedSpan(max(_find_midnight(first), moment), end, has_late)


def load_sends(span: PlannedSpan) -> PlannedSends:
    """Return what will be sent in a span, as the current user may read it."""
    return load_planned_sends(current_settings().carrier, span, current_user.role)


def build_span(first: date, last: date, planned: PlannedSends | None = None) -> CalendarSpan:
    """Return the days from `first` to `last` with what will be sent; None: not read yet."""
    today = get_today(now())
    planned = planned or load_sends(plan_span(first, last))
    entries = list_entries(planned, zone_or_utc(get_display_timezone()), today)
    by_day: dict[date, list[CalendarEntry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    days = [
        CalendarDay(day, format_day(day), day == today, day < today, by_day.get(day, ()))
        for day in _list_days(first, last)
    ]
    return CalendarSpan(days, planned.is_truncated, frozenset(find_close_entries(entries)))


def _find_midnight(day: date) -> datetime:
    midnight = find_moment_on_day(day, "00:00", get_display_timezone())
    assert midnight is not None, "months of the calendar are near"
    return midnight


def _list_days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
