"""The organisation's texting hours, and its days without texts."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    enum_column,
    long_text,
    primary_key,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model

MAX_BLACKOUT_NAME_LENGTH = 60


class TextingHoursMode(StrEnum):
    """Whether the hours count. LIVE: for real texts only, so that practice works at any hour."""

    OFF = "off"
    LIVE = "live"
    ON = "on"


class TextingHoursSetting(Model):
    """The one row of texting hours. Without it no one has chosen yet, and texts are never held.

    `windows`: JSON of seven [opens, closes] or null by purpose, from Monday on. Minutes of the day.
    """

    __tablename__ = "texting_hours"
    __column_classes__ = ColumnClasses(administrative="windows")
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("json_valid(windows)", name="windows"),
        CheckConstraint(
            "narrow_opens BETWEEN 0 AND 1439 AND narrow_closes BETWEEN narrow_opens + 1 AND 1440",
            name="narrow",
        ),
    )

    id: Mapped[primary_key]
    mode: Mapped[TextingHoursMode] = mapped_column(enum_column(TextingHoursMode, "mode"))
    windows: Mapped[long_text]
    # for numbers whose time zone is not known, on the organisation's clocks
    narrow_opens: Mapped[int]
    narrow_closes: Mapped[int]
    # True: the hours of US states count too, by area code
    uses_state_hours: Mapped[bool_default_false]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]


class BlackoutDay(Model):
    """A day on which no blast, reminder or survey is sent, by the reader's calendar."""

    __tablename__ = "blackout_days"
    __column_classes__ = ColumnClasses(public="day name")
    __table_args__ = (CheckConstraint("length(trim(name)) > 0", name="name"),)

    id: Mapped[primary_key]
    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(MAX_BLACKOUT_NAME_LENGTH))
    created_at: Mapped[timestamp_default_now]


add_updated_at_trigger(
    TextingHoursSetting, "mode", "windows", "narrow_opens", "narrow_closes", "uses_state_hours"
)
