"""Form fields that parse typed text into values, and errors beside a field."""

import re
from collections.abc import Callable
from typing import Any

from wtforms import Field, StringField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import DateInput, TimeInput

from app.core.clock import now
from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.texts.text_cleaning import clean_name, clean_text
from app.domain.time.clock_times import parse_clock_time
from app.domain.time.typed_days import parse_typed_day

MAX_PERSON_NAME_LENGTH = 100
# What a browser sends; it is judged by the form.
ISO_DAY_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def add_error(field: Field, message: str) -> None:
    """Show a sentence beside a field."""
    # `errors` is a tuple until WTForms has validated the field.
    field.errors = [*field.errors, message]


class CleanTextField(StringField):
    """Text of one or more lines, without outer blanks and control characters."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = ""
        if valuelist:
            self.data = clean_text(str(valuelist[0]))


class PersonNameField(StringField):
    """A person's name: cleaned; None when blank; too long is an error, never cut."""

    def __init__(self, label: str, **options: Any) -> None:
        message = f"A name can have up to {MAX_PERSON_NAME_LENGTH} characters."
        super().__init__(label, [Length(max=MAX_PERSON_NAME_LENGTH, message=message)], **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if valuelist:
            self.data = clean_name(str(valuelist[0]))

    def _value(self) -> str:
        return self.data or ""


class ClockField(StringField):
    """A time of day. What can be read ("6:30 PM", "18h30") becomes HH:MM, other text stays."""

    widget = TimeInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            typed = str(valuelist[0]).strip()
            self.data = parse_clock_time(typed) or typed


class CalendarDayField(StringField):
    """A day. What can be read ("12/21/2026") becomes YYYY-MM-DD, other text stays.

    `region` is a function that returns the country whose order of day and month counts.
    """

    widget = DateInput()

    def __init__(self, label: str, region: Callable[[], str], **options: Any) -> None:
        super().__init__(label, **options)
        self.region = region

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.data = str(valuelist[0]).strip()
        if self.data and not ISO_DAY_PATTERN.fullmatch(self.data):
            day = parse_typed_day(self.data, self.region(), now().date())
            self.data = day.isoformat() if day else self.data


class PhoneField(StringField):
    """A phone number in any spelling.

    `.phone` is the PhoneNumber after validation; `.data` keeps the typed text. `region` is a
    function that returns the country of numbers without a country code.
    """

    def __init__(self, label: str, region: Callable[[], str], **options: Any) -> None:
        super().__init__(label, **options)
        self.region = region
        self.phone: PhoneNumber

    def pre_validate(self, form: Any) -> None:
        try:
            self.phone = PhoneNumber.parse(self.data or "", self.region())
        except InvalidPhoneNumber as error:
            raise ValidationError(error.sentence) from error
