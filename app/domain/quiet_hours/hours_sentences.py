"""Texting hours in words: "8 AM to 9 PM", "8 AM to 9 PM, Friday to 4 PM, not on Saturday"."""

from collections.abc import Iterator, Mapping

from app.domain.quiet_hours.text_purposes import PURPOSES_WITH_HOURS, TextPurpose
from app.domain.quiet_hours.texting_hours import (
    MINUTES_PER_DAY,
    MINUTES_PER_HOUR,
    DayWindow,
    WeekWindows,
)
from app.domain.time.clock_times import format_clock_time

PURPOSE_LABELS = {
    TextPurpose.BLAST: "Blasts",
    TextPurpose.REMINDER: "Reminders",
    TextPurpose.SURVEY: "Surveys",
}
# The days that the settings page asks for together, by the number of the weekday (0: Monday).
DAY_GROUPS = {
    "Monday to Thursday": (0, 1, 2, 3),
    "Friday": (4,),
    "Saturday": (5,),
    "Sunday": (6,),
}
HOUR_END = ":00"


def format_minute(minute: int, region: str) -> str:
    """Return a minute of the day as a country writes it: "8 AM", "8:30 AM", "20:30", "midnight"."""
    if minute == MINUTES_PER_DAY:
        return "midnight"
    hour, rest = divmod(minute, MINUTES_PER_HOUR)
    clock = format_clock_time(f"{hour:02}:{rest:02}", region)
    if clock.endswith("M"):
        return clock.replace(HOUR_END, "")
    return clock


def format_window(window: DayWindow, region: str) -> str:
    """Return "8 AM to 9 PM"; "at any hour" for the whole day."""
    if window == DayWindow(0, MINUTES_PER_DAY):
        return "at any hour"
    return f"{format_minute(window.opens, region)} to {format_minute(window.closes, region)}"


def describe_week(week: WeekWindows, region: str) -> str:
    """Return the hours of a week, the most usual ones first, then the days that differ."""
    windows = [week[days[0]] for days in DAY_GROUPS.values()]
    usual = next(window for window in windows if window is not None)
    sentence = format_window(usual, region)
    for (label, _), window in zip(DAY_GROUPS.items(), windows, strict=True):
        if window is None:
            sentence += f", not on {label}"
        elif window != usual:
            sentence += f", {label} {format_window(window, region)}"
    return sentence


def describe_windows(windows: Mapping[TextPurpose, WeekWindows], region: str) -> list[str]:
    """Return a sentence for all texts, or one for each purpose where their hours differ."""
    if len(set(windows.values())) == 1:
        return [f"Texts are sent {_describe_any_week(windows, region)} where the reader lives."]
    return list(_describe_purposes(windows, region))


def _describe_any_week(windows: Mapping[TextPurpose, WeekWindows], region: str) -> str:
    return describe_week(windows[TextPurpose.BLAST], region)


def _describe_purposes(windows: Mapping[TextPurpose, WeekWindows], region: str) -> Iterator[str]:
    for purpose in PURPOSES_WITH_HOURS:
        hours = describe_week(windows[purpose], region)
        yield f"{PURPOSE_LABELS[purpose]} are sent {hours} where the reader lives."
