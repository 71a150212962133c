"""Writing the texting hours and the days without texts. Inside write()."""

from app.core.db import db
from app.domain.quiet_hours.texting_hours import DEFAULT_NARROW_WINDOW, build_default_windows
from app.domain.quiet_hours.window_json import write_windows
from app.texting_hours.models import TextingHoursMode, TextingHoursSetting


def create_default_hours() -> TextingHoursSetting:
    """Create the row of a new organisation: the usual hours, for real texts only."""
    setting = build_default_setting(TextingHoursMode.LIVE)
    db.session.add(setting)
    return setting


def build_default_setting(mode: TextingHoursMode) -> TextingHoursSetting:
    """Return an unsaved row with the usual hours."""
    return TextingHoursSetting(
        id=1,
        mode=mode,
        windows=write_windows(build_default_windows()),
        narrow_opens=DEFAULT_NARROW_WINDOW.opens,
        narrow_closes=DEFAULT_NARROW_WINDOW.closes,
        uses_state_hours=False,
    )
