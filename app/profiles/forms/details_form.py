"""The language and birthday of a person, as any form may have them."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, ValidationError

from app.core.local_formats import get_display_style
from app.domain.profiles.field_values import ValueContext, parse_birthday
from app.domain.profiles.language_names import (
    LANGUAGE_SPELLINGS,
    list_language_choices,
)
from app.domain.texts.text_cleaning import clean_text
from app.domain.texts.text_languages import name_language
from app.profiles.forms.value_inputs import NOT_SET


class PersonDetailsForm(FlaskForm):
    """The language and birthday of a person; add_value_inputs() adds the fields.

    `stored_language` is theirs so far; it can be chosen even if it is not of the list.
    """

    language = SelectField("Language", default="", validate_choice=False)
    birthday = StringField("Birthday", filters=[lambda text: clean_text(text or "")])

    def __init__(self, context: ValueContext, stored_language: str | None = None, **options: Any):
        super().__init__(**options)
        self.context = context
        self.stored_language = stored_language
        names = list_language_choices()
        if stored_language:
            names.setdefault(stored_language, name_language(stored_language))
        self.language.choices = {"": NOT_SET} | names

    def validate_language(self, field: SelectField) -> None:
        """Require a language of the list, or none."""
        if field.data and field.data not in {*LANGUAGE_SPELLINGS, self.stored_language}:
            raise ValidationError("Choose a language from the list.")

    def validate_birthday(self, field: StringField) -> None:
        """Require a day with its year that is not ahead, or none."""
        if field.data and self.parsed_birthday is None:
            raise ValidationError(f"Enter the day they were born, such as {self.birthday_example}.")

    @property
    def parsed_birthday(self) -> date | None:
        """The day that was typed, or None."""
        return parse_birthday(self.birthday.data or "", self.context)

    @property
    def birthday_example(self) -> str:
        """A day with its year as people write it here."""
        return get_display_style().format_date(date(1990, 12, 21), today=date.min)
