"""Form fields that turn what people type into values, and say beside the field what is wrong."""

from typing import Any

from wtforms import Field, StringField, ValidationError
from wtforms.validators import Length

from app.domain.phones.phone_number import InvalidPhoneNumber, PhoneNumber
from app.domain.texts.text_cleaning import clean_name, clean_text

MAX_PERSON_NAME_LENGTH = 100


def add_error(field: Field, message: str) -> None:
    """Put a sentence beside a field; WTForms holds the errors as a tuple until one is added."""
    field.errors = [*field.errors, message]


class CleanTextField(StringField):
    """One line or more of text: outer blanks, control characters and odd marks removed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean_text(str(valuelist[0])) if valuelist else ""


class PersonNameField(StringField):
    """A person's name: cleaned; blank is None; longer than NAME_LENGTH is said, never cut."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(
            label,
            [
                Length(
                    max=MAX_PERSON_NAME_LENGTH,
                    message=f"A name has at most {MAX_PERSON_NAME_LENGTH} characters.",
                )
            ],
            **more,
        )

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean_name(str(valuelist[0])) if valuelist else None

    def _value(self) -> str:
        return self.data or ""


class PhoneField(StringField):
    """A phone number in any spelling.

    After validation `.phone` is a Phone; what was typed stays in `.data`.

    `region` is a function that gives the country for numbers without a country code.
    """

    def __init__(self, label: str, region: Any, **more: Any) -> None:
        super().__init__(label, **more)
        self.region = region
        self.phone: PhoneNumber

    def pre_validate(self, form: Any) -> None:
        try:
            self.phone = PhoneNumber.parse(self.data or "", self.region())
        except InvalidPhoneNumber as error:
            raise ValidationError(error.sentence) from error
