"""Hours that would never open for some people: a form refuses them."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from app.domain.quiet_hours.hold_judge import MAX_HOLD
from app.domain.quiet_hours.state_hours import load_state_hours
from app.domain.quiet_hours.text_purposes import PURPOSES_WITH_HOURS, TextPurpose
from app.domain.quiet_hours.texting_hours import DayWindow, WeekWindows, overlap_weeks

ONE_DAY = timedelta(days=1)
# A text is held for two weeks at most, so some day before must be open.
MAX_CLOSED_DAYS = MAX_HOLD.days - 1


def find_purpose_without_narrow_hours(
    windows: Mapping[TextPurpose, WeekWindows], narrow: DayWindow
) -> TextPurpose | None:
    """Return the first purpose of which numbers without a known zone would get no text."""
    for purpose in PURPOSES_WITH_HOURS:
        week = windows[purpose]
        if not any(overlap_weeks(week, (narrow,) * len(week))):
            return purpose
    return None


def list_closed_states(week: WeekWindows) -> list[str]:
    """Return the names of the states whose hours share no hour with this week."""
    return [
        hours.name
        for hours in load_state_hours().values()
        if not any(overlap_weeks(week, hours.week))
    ]


def is_too_long_without_texts(days: Collection[date], added: date) -> bool:
    """Whether a day would join others to more days in a row than a text can wait."""
    first = last = added
    while first - ONE_DAY in days:
        first -= ONE_DAY
    while last + ONE_DAY in days:
        last += ONE_DAY
    return (last - first).days + 1 > MAX_CLOSED_DAYS
