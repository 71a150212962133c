"""The JSON in which the hours of a week are stored, by purpose."""

import json
from collections.abc import Mapping
from typing import Any

from app.domain.quiet_hours.text_purposes import PURPOSES_WITH_HOURS, TextPurpose
from app.domain.quiet_hours.texting_hours import (
    DEFAULT_WEEK,
    MINUTES_PER_DAY,
    DayWindow,
    WeekWindows,
)

DAYS_PER_WEEK = 7


def write_windows(windows: Mapping[TextPurpose, WeekWindows]) -> str:
    """Return the JSON of the week of each purpose: seven [opens, closes] or null."""
    return json.dumps({purpose.value: windows[purpose] for purpose in PURPOSES_WITH_HOURS})


def read_windows(text: str) -> dict[TextPurpose, WeekWindows]:
    """Return the week of each purpose. Never raises: a damaged week counts as the default one."""
    try:
        stored = json.loads(text)
    except ValueError:
        stored = {}
    weeks = stored if isinstance(stored, dict) else {}
    return {purpose: _read_week(weeks.get(purpose.value)) for purpose in PURPOSES_WITH_HOURS}


def _read_week(stored: Any) -> WeekWindows:
    if not isinstance(stored, list) or len(stored) != DAYS_PER_WEEK:
        return DEFAULT_WEEK
    try:
        week = tuple(map(_read_window, stored))
    except (TypeError, ValueError):
        return DEFAULT_WEEK
    return week if any(week) else DEFAULT_WEEK


def _read_window(stored: Any) -> DayWindow | None:
    if stored is None:
        return None
    window = DayWindow(*stored)
    if not 0 <= window.opens < window.closes <= MINUTES_PER_DAY:
        raise ValueError(stored)
    return window
