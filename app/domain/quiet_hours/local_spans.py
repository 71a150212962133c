"""When the clocks of a zone show an open hour, as spans in UTC, over every change of the clocks."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.quiet_hours.texting_hours import WeekWindows

DAY = timedelta(days=1)


class OpenSpan(NamedTuple):
    """A time in UTC in which texts may be sent: from `start` to just before `end`."""

    start: datetime
    end: datetime


class ClockPeriod(NamedTuple):
    """A time in UTC in which the clocks of a zone keep one distance from UTC."""

    start: datetime
    end: datetime
    offset: timedelta


def list_open_spans(
    zone: ZoneInfo,
    week: WeekWindows,
    blackout_days: Collection[date],
    start: datetime,
    end: datetime,
) -> list[OpenSpan]:
    """Return when it is open in a zone between two moments (UTC), in order.

    Hours that the clocks skip are missing; hours that they show twice are open both times.
    """
    spans: list[OpenSpan] = []
    for period in _split_by_offset(zone, start, end):
        for span in _list_spans_of_period(period, week, blackout_days):
            if spans and spans[-1].end == span.start:
                spans[-1] = OpenSpan(spans[-1].start, span.end)
            else:
                spans.append(span)
    return spans


def intersect_spans(first: Iterable[OpenSpan], second: Iterable[OpenSpan]) -> list[OpenSpan]:
    """Return when it is open in both lists, in order."""
    lefts, rights = list(first), list(second)
    spans = []
    left = right = 0
    while left < len(lefts) and right < len(rights):
        start = max(lefts[left].start, rights[right].start)
        end = min(lefts[left].end, rights[right].end)
        if start < end:
            spans.append(OpenSpan(start, end))
        if lefts[left].end < rights[right].end:
            left += 1
        else:
            right += 1
    return spans


def _list_spans_of_period(
    period: ClockPeriod, week: WeekWindows, blackout_days: Collection[date]
) -> Iterator[OpenSpan]:
    local_day = (period.start + period.offset).replace(hour=0, minute=0, second=0, microsecond=0)
    while local_day - period.offset < period.end:
        window = week[local_day.weekday()]
        if window is not None and local_day.date() not in blackout_days:
            midnight = local_day - period.offset
            start = max(period.start, midnight + timedelta(minutes=window.opens))
            end = min(period.end, midnight + timedelta(minutes=window.closes))
            if start < end:
                yield OpenSpan(start, end)
        # On local clocks: within a period each day has 24 hours.
        local_day += DAY


def _split_by_offset(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[ClockPeriod]:
    """Yield the periods of a zone; no zone changes its clocks twice within a day."""
    # zoneinfo lists no changes of the clocks, so both ends of each day are compared, and a change
    # is then found by halving the day.
    period_start = moment = start
    offset = _get_offset(zone, start)
    while moment < end:
        next_moment = min(moment + DAY, end)
        next_offset = _get_offset(zone, next_moment)
        if next_offset != offset:
            change = _find_change(zone, moment, next_moment)
            yield ClockPeriod(period_start, change, offset)
            period_start, offset = change, next_offset
        moment = next_moment
    if period_start < end:
        yield ClockPeriod(period_start, end, offset)


def _find_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first whole second with the later offset."""
    offset = _get_offset(zone, before)
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _get_offset(zone, datetime.fromtimestamp(middle, UTC)) == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _get_offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
