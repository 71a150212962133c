"""What pages and the audit say of the texting hours that are set."""

from app.core.local_formats import get_display_region
from app.domain.quiet_hours.hours_sentences import (
    PURPOSE_LABELS,
    describe_week,
    describe_windows,
    format_window,
)
from app.domain.quiet_hours.texting_hours import DayWindow
from app.domain.quiet_hours.window_json import read_windows
from app.texting_hours.models import TextingHoursMode, TextingHoursSetting
from app.texting_hours.queries import are_hours_on

MODE_WORDS = {
    TextingHoursMode.OFF: "off",
    TextingHoursMode.LIVE: "on for real texts",
    TextingHoursMode.ON: "on",
}
NOT_CHOSEN = "not chosen"


def describe_texting_hours(setting: TextingHoursSetting | None, carrier: str) -> list[str]:
    """Return the sentences that say when texts are sent, as it is set now."""
    if setting is None or setting.mode == TextingHoursMode.OFF:
        return ["Texts are sent at any hour."]
    sentences = describe_windows(read_windows(setting.windows), get_display_region())
    if are_hours_on(setting, carrier):
        return sentences
    return ["Practice mode: practice texts are sent at any hour. For real texts:", *sentences]


def describe_setting(setting: TextingHoursSetting | None) -> dict[str, str]:
    """Return each thing that is set in words, for the audit."""
    if setting is None:
        names = ("hours", *(label.lower() for label in PURPOSE_LABELS.values()))
        return dict.fromkeys((*names, "unknown zones", "state hours"), NOT_CHOSEN)
    region = get_display_region()
    narrow = DayWindow(setting.narrow_opens, setting.narrow_closes)
    weeks = {
        PURPOSE_LABELS[purpose].lower(): describe_week(week, region)
        for purpose, week in read_windows(setting.windows).items()
    }
    return {
        "hours": MODE_WORDS[setting.mode],
        **weeks,
        "unknown zones": format_window(narrow, region),
        "state hours": "on" if setting.uses_state_hours else "off",
    }
