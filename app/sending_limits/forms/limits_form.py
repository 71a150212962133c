"""The form of the limits: what an admin types, as values."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, ValidationError

from app.core.limit_fields import PRICE_MISSING_ERROR, LimitAmountField, LimitNumberField
from app.domain.limits.day_limits import DayLimitRule
from app.sending_limits.models import SendingLimits

BUDGET_ZERO_ERROR = "Enter more than 0, or leave it blank. To send nothing, pause your blasts."


class LimitsForm(FlaskForm):
    """The limits. `get_column_values()` returns the row's columns once the form is valid.

    `automatic_limit`: the texts a day that follow from how many people there are now.
    `is_price_known`: of a segment.
    """

    person_texts_a_day = LimitNumberField("Texts for one person a day")
    person_texts_a_week = LimitNumberField("Texts for one person in 7 days")
    day_limit_rule = RadioField("Texts a day", validate_choice=False)
    texts_a_day = LimitNumberField("How many texts a day")
    budget_a_month = LimitAmountField("Budget for a month", BUDGET_ZERO_ERROR)

    def __init__(self, row: SendingLimits, automatic_limit: int, *, is_price_known: bool) -> None:
        super().__init__(obj=row)
        self.is_price_known = is_price_known
        self.day_limit_rule.choices = {
            DayLimitRule.AUTOMATIC.value: (
                f"2 for each person, at least 500 (now {automatic_limit:,})"
            ),
            DayLimitRule.FIXED.value: "This many",
            DayLimitRule.OFF.value: "No limit",
        }

    def validate_day_limit_rule(self, field: RadioField) -> None:
        """Reject a rule that the page does not offer."""
        if field.data not in set(DayLimitRule):
            raise ValidationError("Choose how many texts may be sent on a day.")

    def validate_texts_a_day(self, field: LimitNumberField) -> None:
        """Require a number where the choice is a number."""
        if self.day_limit_rule.data == DayLimitRule.FIXED and field.number is None:
            raise ValidationError("Enter how many texts may be sent on a day.")

    def validate_budget_a_month(self, field: LimitAmountField) -> None:
        """Refuse a budget that cannot be checked."""
        if field.amount is not None and not self.is_price_known:
            raise ValidationError(PRICE_MISSING_ERROR)

    def get_column_values(self) -> dict[str, Any]:
        """Return the values of the row's columns. Call after the form was found valid."""
        rule = DayLimitRule(self.day_limit_rule.data)
        return {
            "person_texts_a_day": self.person_texts_a_day.number,
            "person_texts_a_week": self.person_texts_a_week.number,
            "day_limit_rule": rule,
            "texts_a_day": self.texts_a_day.number if rule is DayLimitRule.FIXED else None,
            "budget_a_month": self.budget_a_month.amount,
        }
