"""Texting hours: at which hours an organisation texts its people, and why a text is held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.domain.quiet_hours.text_purposes import PURPOSES_WITH_HOURS, TextPurpose

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR


class TextHoldReason(StrEnum):
    """Why a text is not sent now."""

    QUIET_HOURS = "quiet_hours"
    BLACKOUT_DAY = "blackout_day"


class DayWindow(NamedTuple):
    """The open hours of one day in minutes since midnight: from `opens` to just before `closes`."""

    opens: int
    closes: int


# The windows of Monday to Sunday; None on a day without texts.
WeekWindows = tuple[DayWindow | None, ...]
# 47 CFR 64.1200(c)(1): no calls before 8 AM or after 9 PM where the called person is.
DEFAULT_WINDOW = DayWindow(8 * MINUTES_PER_HOUR, 21 * MINUTES_PER_HOUR)
# Two hours and one hour less at the ends, for readers who live a zone or two away from us.
DEFAULT_NARROW_WINDOW = DayWindow(10 * MINUTES_PER_HOUR, 20 * MINUTES_PER_HOUR)
DEFAULT_WEEK: WeekWindows = (DEFAULT_WINDOW,) * 7


@dataclass(frozen=True)
class TextingHours:
    """When texts may be sent. Hours are those of the reader's clocks.

    `zone` and `region` are the organisation's. `windows` has the week of each purpose with hours.
    `narrow_window` limits texts to numbers whose zone is not known, on the organisation's clocks.
    No text is sent on a blackout day, by the reader's calendar. `is_chosen`: False while they were
    never set, so that no text was ever moved by them.
    """

    is_on: bool
    zone: str
    region: str
    windows: Mapping[TextPurpose, WeekWindows]
    narrow_window: DayWindow = DEFAULT_NARROW_WINDOW
    uses_state_hours: bool = False
    blackout_days: frozenset[date] = frozenset()
    is_chosen: bool = True


def build_default_windows() -> dict[TextPurpose, WeekWindows]:
    """Return 8 AM to 9 PM on every day for each purpose with hours."""
    return dict.fromkeys(PURPOSES_WITH_HOURS, DEFAULT_WEEK)


def overlap_windows(first: DayWindow | None, second: DayWindow | None) -> DayWindow | None:
    """Return the hours that are in both windows; None when there are none."""
    if first is None or second is None:
        return None
    opens, closes = max(first.opens, second.opens), min(first.closes, second.closes)
    return DayWindow(opens, closes) if opens < closes else None


def overlap_weeks(first: WeekWindows, second: WeekWindows) -> WeekWindows:
    """Return the hours of each day that are in both weeks."""
    return tuple(overlap_windows(*windows) for windows in zip(first, second, strict=True))
