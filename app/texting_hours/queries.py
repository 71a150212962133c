"""Reading the texting hours."""

from datetime import timedelta

from sqlalchemy import select

from app.core.clock import now
from app.core.db import db
from app.domain.quiet_hours.texting_hours import DayWindow, TextingHours, build_default_windows
from app.domain.quiet_hours.window_json import read_windows
from app.organisation.queries import get_organisation
from app.texting_hours.models import BlackoutDay, TextingHoursMode, TextingHoursSetting
from app.texting_hours.sql import SELECT_HOURS_STATE

REAL_CARRIER = "twilio"
# A day is over in UTC while it lasts west of it.
PAST_DAYS = timedelta(days=2)


def load_texting_hours(carrier: str) -> TextingHours:
    """Return the hours for texts of a carrier ("twilio" or "sandbox"), in two statements."""
    organisation = get_organisation()
    is_near = BlackoutDay.day >= now().date() - PAST_DAYS
    rows = db.session.execute(
        select(TextingHoursSetting, BlackoutDay.day)
        .select_from(TextingHoursSetting)
        .outerjoin(BlackoutDay, is_near)
    ).all()
    if not rows:
        return TextingHours(
            is_on=False,
            zone=organisation.timezone,
            region=organisation.region,
            windows=build_default_windows(),
            is_chosen=False,
        )
    setting = rows[0][0]
    return TextingHours(
        is_on=are_hours_on(setting, carrier),
        zone=organisation.timezone,
        region=organisation.region,
        windows=read_windows(setting.windows),
        narrow_window=DayWindow(setting.narrow_opens, setting.narrow_closes),
        uses_state_hours=setting.uses_state_hours,
        blackout_days=frozenset(day for _, day in rows if day is not None),
    )


def read_hours_state() -> str:
    """Return a text that is another one as soon as the hours or the days without texts change."""
    return str(SELECT_HOURS_STATE.fetch_value())


def find_texting_hours_setting() -> TextingHoursSetting | None:
    """Return the row, or None while no admin has chosen."""
    return db.session.get(TextingHoursSetting, 1)


def are_hours_on(setting: TextingHoursSetting | None, carrier: str) -> bool:
    """Whether texts of a carrier ("twilio" or "sandbox") are held outside the hours."""
    if setting is None or setting.mode == TextingHoursMode.OFF:
        return False
    return setting.mode == TextingHoursMode.ON or carrier == REAL_CARRIER


def list_blackout_days() -> list[BlackoutDay]:
    """Return the days without texts that are not over yet, the next one first."""
    is_near = BlackoutDay.day >= now().date() - PAST_DAYS
    return list(db.session.scalars(select(BlackoutDay).where(is_near).order_by(BlackoutDay.day)))
