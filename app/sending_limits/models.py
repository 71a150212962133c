"""The limits that an admin sets, and what was sent on each day."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    enum_column,
    int_default_zero,
    primary_key,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.domain.limits.day_limits import DayLimitRule


class SendingLimits(Model):
    """The one row of limits. Without it, as in older organisations, nothing is limited.

    Null: no such limit.
    """

    __tablename__ = "sending_limits"
    __column_classes__ = ColumnClasses()
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint(
            "person_texts_a_day > 0 AND person_texts_a_week > 0 AND texts_a_day > 0 "
            "AND CAST(budget_a_month AS REAL) > 0",
            name="above_zero",
        ),
        CheckConstraint(
            "(day_limit_rule = 'fixed') = (texts_a_day IS NOT NULL)", name="fixed_is_a_number"
        ),
    )

    id: Mapped[primary_key]
    person_texts_a_day: Mapped[int | None]
    person_texts_a_week: Mapped[int | None]
    day_limit_rule: Mapped[DayLimitRule] = mapped_column(
        enum_column(DayLimitRule),
        default=DayLimitRule.AUTOMATIC,
        server_default=DayLimitRule.AUTOMATIC,
    )
    # not null exactly when the rule is "fixed"
    texts_a_day: Mapped[int | None]
    # in the organisation's currency
    budget_a_month: Mapped[Decimal | None]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]


class SendingTotal(Model):
    """What was handed to a carrier on one day of the organisation's calendar, at one price."""

    __tablename__ = "sending_totals"
    __column_classes__ = ColumnClasses(administrative="day carrier price")
    __table_args__ = (CheckConstraint("texts >= 0 AND segments >= 0", name="not_negative"),)

    # YYYY-MM-DD in the organisation's time zone at that moment
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    carrier: Mapped[str] = mapped_column(String(10), primary_key=True)
    # the price of a segment as it was then; "": none was known
    price: Mapped[str] = mapped_column(String(20), primary_key=True)
    texts: Mapped[int_default_zero]
    segments: Mapped[int_default_zero]


add_updated_at_trigger(
    SendingLimits,
    "person_texts_a_day",
    "person_texts_a_week",
    "day_limit_rule",
    "texts_a_day",
    "budget_a_month",
)
