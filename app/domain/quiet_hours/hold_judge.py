"""Whether a text may be sent to a number at a moment, and if not, when it may."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from zoneinfo import ZoneInfo

from app.domain.quiet_hours.local_spans import OpenSpan, intersect_spans, list_open_spans
from app.domain.quiet_hours.number_zones import build_zone_key, find_zones_of_key
from app.domain.quiet_hours.state_hours import find_state, load_state_hours
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.quiet_hours.texting_hours import (
    TextHoldReason,
    TextingHours,
    WeekWindows,
    overlap_weeks,
)
from app.domain.time.local_times import zone_or_utc

# Most openings are within a day; a text that finds none is held for the longest, and judged again.
SEARCH_STEPS = (timedelta(days=2), timedelta(days=14))
MAX_HOLD = SEARCH_STEPS[-1]


@dataclass(frozen=True)
class Hold:
    """A text may not be sent before `until` (UTC), and why."""

    until: datetime
    why: TextHoldReason


@dataclass(frozen=True)
class PlaceHours:
    """The hours of all numbers that may be in the same zones and have the same state."""

    zones: tuple[ZoneInfo, ...]
    week: WeekWindows


class HoldJudge:
    """Judges texts to any number at one moment (UTC).

    Built once for many texts: what it finds for a number holds for its whole exchange, and what
    it finds for a zone and state for every number there.
    """

    def __init__(self, hours: TextingHours, moment: datetime) -> None:
        self._hours = hours
        self._moment = moment
        # By purpose with hours, then by the key of a number.
        self._holds: dict[TextPurpose, dict[str, Hold | None]] = {}
        if hours.is_on:
            self._holds = {purpose: {} for purpose in hours.windows}
        self._holds_by_place: dict[tuple[TextPurpose, tuple[str, ...], str], Hold | None] = {}

    def find_hold(self, phone: str, purpose: TextPurpose) -> Hold | None:
        """Return until when a text to a number in E.164 is held, or None: it may be sent now."""
        if purpose not in self._holds:
            return None
        return self.find_hold_of_key(build_zone_key(phone), purpose)

    def find_hold_of_key(self, key: str, purpose: TextPurpose) -> Hold | None:
        """Return the same for all numbers with a key, see build_zone_key()."""
        holds = self._holds.get(purpose)
        if holds is None:
            return None
        try:
            return holds[key]
        except KeyError:
            hold = holds[key] = self._find_hold_of_place(key, purpose)
            return hold

    def _find_hold_of_place(self, key: str, purpose: TextPurpose) -> Hold | None:
        zones = find_zones_of_key(key)
        state = find_state(key) if self._hours.uses_state_hours else ""
        place_key = (purpose, zones, state)
        if place_key not in self._holds_by_place:
            place = self._find_place(zones, state, purpose)
            self._holds_by_place[place_key] = self._judge_place(place)
        return self._holds_by_place[place_key]

    def _find_place(self, zones: Sequence[str], state: str, purpose: TextPurpose) -> PlaceHours:
        """Return the hours of a place; those of an unknown one where they would never open."""
        week = self._hours.windows[purpose]
        if zones:
            place = PlaceHours(tuple(map(ZoneInfo, zones)), self._add_state_hours(week, state))
            if self._find_opening(place, ()) is not None:
                return place
        home = zone_or_utc(self._hours.zone)
        narrow = overlap_weeks(week, (self._hours.narrow_window,) * len(week))
        return PlaceHours((home,), narrow if any(narrow) else week)

    def _add_state_hours(self, week: WeekWindows, state: str) -> WeekWindows:
        hours = load_state_hours().get(state) if self._hours.uses_state_hours else None
        return overlap_weeks(week, hours.week) if hours else week

    def _judge_place(self, place: PlaceHours) -> Hold | None:
        opening = self._find_opening(place, self._hours.blackout_days)
        if opening == self._moment:
            return None
        if opening is not None and opening == self._find_opening(place, ()):
            return Hold(opening, TextHoldReason.QUIET_HOURS)
        return Hold(opening or self._moment + MAX_HOLD, TextHoldReason.BLACKOUT_DAY)

    def _find_opening(self, place: PlaceHours, blackout_days: Collection[date]) -> datetime | None:
        """Return the first moment from now on that is open, or None."""
        for step in SEARCH_STEPS:
            spans = _list_spans(place, blackout_days, self._moment, self._moment + step)
            if spans:
                return spans[0].start
        return None


def _list_spans(
    place: PlaceHours, blackout_days: Collection[date], start: datetime, end: datetime
) -> list[OpenSpan]:
    """Return when it is open in every zone of a place."""
    spans = (list_open_spans(zone, place.week, blackout_days, start, end) for zone in place.zones)
    return reduce(intersect_spans, spans)
