"""Writing the texting hours and the days without texts. Inside write()."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.db import NotFound, db
from app.domain.quiet_hours.never_open import is_too_long_without_texts
from app.domain.quiet_hours.texting_hours import DEFAULT_NARROW_WINDOW, build_default_windows
from app.domain.quiet_hours.window_json import write_windows
from app.texting_hours.hours_changes import tell_of_changed_hours
from app.texting_hours.models import BlackoutDay, TextingHoursMode, TextingHoursSetting
from app.texting_hours.queries import find_texting_hours_setting, list_blackout_days


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


def store_texting_hours(values: Mapping[str, Any]) -> None:
    """Store these values by column; create the row where there is none."""
    setting = find_texting_hours_setting()
    if setting is None:
        setting = build_default_setting(TextingHoursMode.LIVE)
        db.session.add(setting)
    for column, value in values.items():
        setattr(setting, column, value)
    db.session.flush()
    tell_of_changed_hours()


def add_blackout_day(day: date, name: str) -> BlackoutDay:
    """Add a day without texts. Raises UniqueViolation when it is on the list."""
    row = BlackoutDay(day=day, name=name)
    db.session.add(row)
    db.session.flush()
    tell_of_changed_hours()
    return row


def add_holidays(holidays: Mapping[date, str]) -> list[str]:
    """Add these days; return the names of those that were not on the list and can be added."""
    days = {row.day for row in list_blackout_days()}
    names = []
    for day, name in holidays.items():
        if day not in days and not is_too_long_without_texts(days, day):
            days.add(day)
            names.append(name)
            db.session.add(BlackoutDay(day=day, name=name))
    db.session.flush()
    tell_of_changed_hours()
    return names


def delete_blackout_day(day_id: int) -> BlackoutDay:
    """Delete a day without texts and return it. Raises NotFound."""
    row = db.session.get(BlackoutDay, day_id)
    if row is None:
        raise NotFound
    db.session.delete(row)
    db.session.flush()
    tell_of_changed_hours()
    return row
