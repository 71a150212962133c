"""The form of the limits: what an admin types, as values."""

import re
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, ValidationError

from app.domain.limits.day_limits import DayLimitRule
from app.domain.texts.whole_numbers import parse_whole_number
from app.sending_limits.models import SendingLimits

MAX_TEXTS_DIGITS = 7
MAX_BUDGET = Decimal(1_000_000)
# "1,000" means a thousand here and one there, so that it is asked for again.
MONEY_PATTERN = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")
CURRENCY_SIGNS = "$€£ \u00a0"
WHOLE_NUMBER_ERROR = "Enter a whole number from 1, or leave it blank."
BUDGET_ERROR = "Enter an amount such as 40 or 40.50, or leave it blank."
BUDGET_ZERO_ERROR = "Enter more than 0, or leave it blank. To send nothing, pause your blasts."
PRICE_MISSING_ERROR = "Set the price per segment in Settings first. Costs are not known without it."


class LimitNumberField(StringField):
    """A number of texts: after validation `number` is an int from 1, or None when blank."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.number: int | None = None

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value)

    def pre_validate(self, form: Any) -> None:
        text = (self.data or "").strip()
        self.number = parse_whole_number(text, MAX_TEXTS_DIGITS)
        if text and not self.number:
            raise ValidationError(WHOLE_NUMBER_ERROR)


class BudgetField(StringField):
    """Money: after validation `amount` is a Decimal above 0, or None when blank.

    A comma before one or two digits is read as a decimal point.
    """

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.amount: Decimal | None = None

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else f"{value:f}"

    def pre_validate(self, form: Any) -> None:
        self.amount = None
        text = (self.data or "").strip(CURRENCY_SIGNS)
        if not text:
            return
        match = MONEY_PATTERN.fullmatch(text)
        if match is None:
            raise ValidationError(BUDGET_ERROR)
        self.amount = Decimal(f"{match[1]}.{match[2] or '0'}")
        if not self.amount:
            raise ValidationError(BUDGET_ZERO_ERROR)
        if self.amount > MAX_BUDGET:
            raise ValidationError(f"A budget can be up to {MAX_BUDGET:,}.")


class LimitsForm(FlaskForm):
    """The limits. `get_column_values()` returns the row's columns once the form is valid.

    `automatic_limit`: the texts a day that follow from how many people there are now.
    `is_price_known`: of a segment.
    """

    person_texts_a_day = LimitNumberField("Texts for one person a day")
    person_texts_a_week = LimitNumberField("Texts for one person in 7 days")
    day_limit_rule = RadioField("Texts a day", validate_choice=False)
    texts_a_day = LimitNumberField("How many texts a day")
    budget_a_month = BudgetField("Budget for a month")

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

    def validate_budget_a_month(self, field: BudgetField) -> None:
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
