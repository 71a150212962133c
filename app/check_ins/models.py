"""On which days people checked in, and the streak of each of them."""

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import build_e164_check, e164, primary_key, timestamp_default_now
from app.core.db import Model
from app.core.held_data import HeldAs

MAX_SOURCE_NAME_LENGTH = 120


class CheckIn(Model):
    """A person checked in on one day, by one keyword or survey.

    A keyword or survey that is deleted leaves its check-ins, under the name it had.
    """

    __tablename__ = "check_ins"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="source_name",
        personal="phone day",
    )
    __held_as__ = HeldAs("Check-ins")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        CheckConstraint("streak_days > 0", name="streak_days"),
        # Also the way from a deleted keyword or survey to its check-ins.
        Index("uq_check_ins_keyword", "keyword_rule_id", "phone", "day", unique=True),
        Index("uq_check_ins_survey", "survey_id", "phone", "day", unique=True),
        Index("ix_check_ins_phone", "phone", "day"),
    )

    id: Mapped[primary_key]
    # the number that is texted of a person with several
    phone: Mapped[e164]
    # on the organisation's calendar
    day: Mapped[dt.date] = mapped_column(Date)
    keyword_rule_id: Mapped[int | None] = mapped_column(
        ForeignKey("keyword_rules.id", ondelete="SET NULL")
    )
    survey_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_flows.id", ondelete="SET NULL")
    )
    source_name: Mapped[str] = mapped_column(String(MAX_SOURCE_NAME_LENGTH))
    # How long their streak was after it; null where their streak had this day already.
    streak_days: Mapped[int | None]
    checked_in_at: Mapped[timestamp_default_now]


class CheckInStreak(Model):
    """The last streak of a person, by the number that is texted, over all their check-ins.

    It is their streak while `last_day` is today or yesterday.
    """

    __tablename__ = "check_in_streaks"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="phone last_day")
    __held_as__ = HeldAs("Days in a row with a check-in")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        CheckConstraint("run_days > 0 AND longest_days >= run_days", name="days"),
        Index("ix_check_in_streaks_last_day", "last_day", "run_days"),
    )

    phone: Mapped[e164] = mapped_column(primary_key=True)
    last_day: Mapped[dt.date] = mapped_column(Date)
    # consecutive days that end with `last_day`
    run_days: Mapped[int]
    longest_days: Mapped[int]
