"""Reading the texting hours."""

import json
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from app.core.clock import now
from app.core.db import db
from app.core.settings import current_settings
from app.domain.quiet_hours.texting_hours import (
    DEFAULT_NARROW_WINDOW,
    DayWindow,
    TextingHours,
)
from app.domain.quiet_hours.window_json import read_windows
from app.organisation.queries import get_organisation
from app.texting_hours.models import BlackoutDay, TextingHoursMode, TextingHoursSetting
from app.texting_hours.sql import SELECT_HOURS_STATE

REAL_CARRIER = "twilio"
# A day is over in UTC while it lasts west of it.
PAST_DAYS = timedelta(days=2)
# What counts while no admin has chosen. "" is no JSON, which means the usual windows.
NO_SETTING = (TextingHoursMode.OFF, "", *DEFAULT_NARROW_WINDOW, False)


def load_texting_hours(carrier: str) -> TextingHours:
    """Return the hours for texts of a carrier ("twilio" or "sandbox"), in one statement."""
    state = read_hours_state()
    # Before the setup there is no place in it.
    place = _get_unsaved_place() if state.endswith(",null]") else None
    return _build_hours(state, carrier, place)


def read_hours_state() -> str:
    """Return a text that is another one as soon as the hours or the days without texts change."""
    return str(SELECT_HOURS_STATE.fetch_value())


# Cached: pages and the engine ask for the hours again and again, and they hardly ever change.
@lru_cache(maxsize=16)
def _build_hours(state: str, carrier: str, unsaved_place: tuple[str, str] | None) -> TextingHours:
    """Return the hours that read_hours_state() says; `unsaved_place`: zone and region before."""
    setting, days, place = (_read_json(value) for value in json.loads(state))
    zone, region = unsaved_place or place
    mode, windows, narrow_opens, narrow_closes, uses_state_hours = setting or NO_SETTING
    return TextingHours(
        is_on=is_mode_on(mode, carrier),
        zone=zone,
        region=region,
        windows=read_windows(windows),
        narrow_window=DayWindow(narrow_opens, narrow_closes),
        uses_state_hours=bool(uses_state_hours),
        blackout_days=frozenset(map(date.fromisoformat, days or ())),
        is_chosen=setting is not None,
    )


def _read_json(value: Any) -> Any:
    """Return a value that may be JSON inside of JSON, as SQLite nests what a subquery made."""
    return json.loads(value) if isinstance(value, str) else value


def _get_unsaved_place() -> tuple[str, str]:
    organisation = get_organisation()
    return organisation.timezone, organisation.region


def must_choose_texting_hours() -> bool:
    """Whether real people are texted at any hour because no admin has chosen hours yet."""
    carrier = current_settings().carrier
    return carrier == REAL_CARRIER and not load_texting_hours(carrier).is_chosen


def find_texting_hours_setting() -> TextingHoursSetting | None:
    """Return the row, or None while no admin has chosen."""
    return db.session.get(TextingHoursSetting, 1)


def are_hours_on(setting: TextingHoursSetting | None, carrier: str) -> bool:
    """Whether texts of a carrier ("twilio" or "sandbox") are held outside the hours."""
    return setting is not None and is_mode_on(setting.mode, carrier)


def is_mode_on(mode: str, carrier: str) -> bool:
    """Whether texts of a carrier are held in this TextingHoursMode."""
    if mode == TextingHoursMode.LIVE:
        return carrier == REAL_CARRIER
    return mode == TextingHoursMode.ON


def list_blackout_days() -> list[BlackoutDay]:
    """Return the days without texts that are not over yet, the next one first."""
    is_near = BlackoutDay.day >= now().date() - PAST_DAYS
    return list(db.session.scalars(select(BlackoutDay).where(is_near).order_by(BlackoutDay.day)))
