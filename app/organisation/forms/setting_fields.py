"""Kinds of fields of the settings form."""

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import StringField, ValidationError
from wtforms.widgets import TextArea

from app.core.form_fields import CleanTextField

MAX_SEGMENT_PRICE = Decimal(10)
MAX_PRICE_CHARACTERS = 12


class OptionalLineField(CleanTextField):
    """A line of text; a form that does not have it changes nothing."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            super().process_formdata(valuelist)


class OptionalTextAreaField(OptionalLineField):
    """Some lines of text; while they are empty, the default text is sent.

    A form that does not have it changes nothing.
    """

    widget = TextArea()


class SegmentPriceField(StringField):
    """What one segment costs: after validation `amount` is a Decimal from 0, or None when empty.

    A comma is read as a decimal point.
    """

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.amount: Decimal | None = None

    def process_data(self, value: Any) -> None:
        if value is None:
            self.data = ""
        elif isinstance(value, Decimal):
            # str() writes small amounts as "1E-7".
            self.data = f"{value:f}"
        else:
            self.data = str(value)

    def pre_validate(self, form: Any) -> None:
        text = (self.data or "").strip().replace(",", ".")
        if not text:
            self.amount = None
            return
        try:
            self.amount = Decimal(text)
        except InvalidOperation:
            raise ValidationError("Enter a price such as 0.0079, or leave it blank.") from None
        if not self.amount.is_finite() or not 0 <= self.amount <= MAX_SEGMENT_PRICE:
            raise ValidationError(f"A segment costs from 0 to {MAX_SEGMENT_PRICE}.")
        if len(f"{self.amount:f}") > MAX_PRICE_CHARACTERS:
            raise ValidationError("Enter at most ten digits.")
