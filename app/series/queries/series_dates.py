"""The dates of a series that are to come: by its rule, without those that are over, as moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.recurrence.recurrence_rules import RecurrenceRule, list_days
from app.domain.time.local_times import find_moment_on_day, get_local_date
from app.series.models import BlastSeries, OccurrenceState, SeriesOccurrence
from app.series.queries.series_records import list_occurrences, list_occurrences_by_series

# A date that is changed is among the next so many.
DATES_AROUND = 62
OVER_STATES = frozenset({OccurrenceState.DONE, OccurrenceState.FAILED})


@dataclass(frozen=True)
class SeriesDate:
    """One date of a series: `occurs_on` by the rule, `day` and `clock` as it was moved.

    `due_at` is UTC. `row` is what is remembered of it; None: nothing.
    """

    occurs_on: date
    day: date
    clock: str
    due_at: datetime
    row: SeriesOccurrence | None

    @property
    def is_skipped(self) -> bool:
        """Whether no blast is sent for it."""
        return self.row is not None and self.row.state is OccurrenceState.SKIPPED

    @property
    def is_pending(self) -> bool:
        """Whether its blast waits for its time."""
        return self.row is not None and self.row.state is OccurrenceState.PENDING

    @property
    def is_moved(self) -> bool:
        """Whether it is not where the rule has it."""
        return self.row is not None and self.row.moved_date is not None

    @property
    def edited_body(self) -> str | None:
        """Its own text; None: that of the series."""
        return self.row.body if self.row else None


@dataclass(frozen=True)
class MoveLimits:
    """Between which days a date can be moved, so that the dates of a series keep their order.

    `latest` None: there is no later date.
    """

    earliest: date
    latest: date | None

    def contains(self, day: date) -> bool:
        """Whether a date can be moved to this day."""
        return day >= self.earliest and (self.latest is None or day <= self.latest)


def list_coming_dates(series: BlastSeries, moment: datetime, limit: int) -> list[SeriesDate]:
    """Return the dates after `moment` in order of their times, with the skipped ones.

    Also the one whose blast waits, where that is late or held.
    """
    rows = {row.occurs_on: row for row in list_occurrences(series.id)}
    # Each row may be a date that is skipped or over, so as many more are computed.
    days = _list_days(series, moment, limit + len(rows))
    dates = _build_dates(series, {*days, *_list_moved_days(rows)}, rows)
    coming = [day for day in dates if day.due_at > moment or day.is_pending]
    return sorted(coming, key=lambda day: day.due_at)[:limit]


def list_unscheduled_dates(
    all_series: Sequence[BlastSeries], start: datetime, end: datetime
) -> list[tuple[BlastSeries, SeriesDate]]:
    """Return the dates from `start` to `end` (UTC, without) that are no scheduled blasts yet.

    Those that are skipped are left out. One statement for all series.
    """
    rows_by_series = list_occurrences_by_series([series.id for series in all_series])
    pairs = []
    for series in all_series:
        rows = {row.occurs_on: row for row in rows_by_series[series.id]}
        days = _list_days(series, start, (end - start).days + 2)
        for date_ in _build_dates(series, {*days, *_list_moved_days(rows)}, rows):
            # What is pending is shown as the blast that it is by now.
            if start <= date_.due_at < end and not (date_.is_skipped or date_.is_pending):
                pairs.append((series, date_))
    return sorted(pairs, key=lambda pair: pair[1].due_at)


def find_move_limits(series: BlastSeries, coming: SeriesDate, moment: datetime) -> MoveLimits:
    """Return between which days one date can be moved: from today, not to another date's day."""
    today = get_local_date(series.timezone, moment)
    days = [row.moved_date or row.occurs_on for row in list_occurrences(series.id) if _is_over(row)]
    later: list[date] = []
    for other in list_coming_dates(series, moment, DATES_AROUND):
        if other.occurs_on == coming.occurs_on or other.is_skipped:
            continue
        (days if other.due_at < coming.due_at else later).append(other.day)
    earliest = max([today, *(day + timedelta(days=1) for day in days)])
    latest = min(later) - timedelta(days=1) if later else None
    return MoveLimits(earliest, latest)


def list_rule_moments(
    rule: RecurrenceRule,
    starts_on: date,
    clock: str,
    zone: str,
    moment: datetime,
    limit: int,
) -> list[tuple[date, datetime]]:
    """Return the first (day, UTC moment) of a rule after `moment`, for a series not yet made."""
    earliest = get_local_date(zone, moment) - timedelta(days=1)
    days = list_days(rule, starts_on, earliest, limit + 2)
    pairs = [(day, find_moment_on_day(day, clock, zone)) for day in days]
    return [(day, due) for day, due in pairs if due is not None and due > moment][:limit]


def _is_over(row: SeriesOccurrence) -> bool:
    return row.state in OVER_STATES


def _list_days(series: BlastSeries, moment: datetime, limit: int) -> list[date]:
    rule = RecurrenceRule.from_json(series.rule)
    earliest = get_local_date(series.timezone, moment) - timedelta(days=1)
    return list_days(rule, series.starts_on, earliest, limit + 2)


def _list_moved_days(rows: Mapping[date, SeriesOccurrence]) -> list[date]:
    """Return the days that may be to come though the rule has them in the past."""
    return [
        day
        for day, row in rows.items()
        if row.moved_date is not None or row.state is OccurrenceState.PENDING
    ]


def _build_dates(
    series: BlastSeries, days: set[date], rows: Mapping[date, SeriesOccurrence]
) -> list[SeriesDate]:
    dates = []
    for occurs_on in days:
        row = rows.get(occurs_on)
        if row is not None and _is_over(row):
            continue
        day, clock = occurs_on, series.time_of_day
        if row is not None and row.moved_date and row.moved_time:
            day, clock = row.moved_date, row.moved_time
        due_at = find_moment_on_day(day, clock, series.timezone)
        if due_at is not None:
            dates.append(SeriesDate(occurs_on, day, clock, due_at, row))
    return dates
