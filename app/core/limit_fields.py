"""Form fields of limits: whole numbers, and amounts of money, both of which may be blank."""

import re
from decimal import Decimal
from typing import Any

from wtforms import StringField, ValidationError

from app.domain.texts.whole_numbers import parse_whole_number

MAX_LIMIT_DIGITS = 7
MAX_AMOUNT = Decimal(1_000_000)
# "1,000" means a thousand here and one there, so that it is asked for again.
MONEY_PATTERN = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")
CURRENCY_SIGNS = "$€£ \u00a0"
WHOLE_NUMBER_ERROR = "Enter a whole number from {smallest}, or leave it blank."
AMOUNT_ERROR = "Enter an amount such as 40 or 40.50, or leave it blank."
PRICE_MISSING_ERROR = "Set the price per segment in Settings first. Costs are not known without it."


class LimitNumberField(StringField):
    """A count: after validation `number` is an int from `smallest`, or None when blank."""

    def __init__(self, label: str, smallest: int = 1, **options: Any) -> None:
        super().__init__(label, **options)
        self.smallest = smallest
        self.number: int | None = None

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value)

    def pre_validate(self, form: Any) -> None:
        text = (self.data or "").strip()
        self.number = parse_whole_number(text, MAX_LIMIT_DIGITS)
        if text and (self.number is None or self.number < self.smallest):
            raise ValidationError(WHOLE_NUMBER_ERROR.format(smallest=self.smallest))


class LimitAmountField(StringField):
    """Money: after validation `amount` is a Decimal above 0, or None when blank.

    A comma before one or two digits is read as a decimal point. `zero_error`: what is said of 0.
    """

    def __init__(self, label: str, zero_error: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.zero_error = zero_error
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
            raise ValidationError(AMOUNT_ERROR)
        self.amount = Decimal(f"{match[1]}.{match[2] or '0'}")
        if not self.amount:
            raise ValidationError(self.zero_error)
        if self.amount > MAX_AMOUNT:
            raise ValidationError(f"An amount can be up to {MAX_AMOUNT:,}.")
