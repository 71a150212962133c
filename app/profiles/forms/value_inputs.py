"""Inputs for what one person has in the fields, one for each field, as any form may have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, ValidationError
from wtforms.widgets import TextArea, TextInput

from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import ValueContext, compute_sort_value, find_value_problem
from app.domain.surveys.question_definitions import NO_VALUE, YES_VALUE
from app.domain.texts.text_cleaning import clean_text
from app.domain.time.date_styles import get_date_style
from app.profiles.field_models import PersonField
from app.profiles.queries.person_values import FilledField

NOT_SET = "Not set"
CHOSEN_TYPES = (FieldType.CHOICE, FieldType.YES_NO)
INPUT_PREFIX = "field_"
# A longer value has a taller box.
MAX_LINE_LENGTH = 60


@dataclass(frozen=True)
class ValueInput:
    """One input of a form: its field, what the person had in it, and how it is read."""

    field: PersonField
    stored: str
    context: ValueContext

    @property
    def options(self) -> dict[str, str]:
        """What can be chosen, with the stored value where it is something else."""
        choices = ["Yes", "No"] if self.field.field_type is FieldType.YES_NO else []
        choices += self.field.choice_list
        if self.stored and self.selected not in choices:
            choices.append(self.stored)
        return {"": NOT_SET} | {choice: choice for choice in choices}

    @property
    def selected(self) -> str:
        """The option that says what is stored, in the spelling of the options."""
        stored = self._read(self.stored)
        if self.field.field_type is FieldType.YES_NO:
            return {YES_VALUE: "Yes", NO_VALUE: "No"}.get(str(stored), self.stored)
        choices = self.field.choice_list
        return next((choice for choice in choices if self._read(choice) == stored), self.stored)

    @property
    def hint(self) -> str:
        """How a value is written, "" where nothing is to be said."""
        if self.field.field_type is FieldType.DATE:
            return get_date_style(self.context.region).date_error.replace("Enter a date, s", "S")
        return ""

    def choose_text(self, typed: str) -> str:
        """Return what is to be stored: the stored text itself where nothing was changed.

        An import may have written "TRUE" and line breaks, which a browser sends otherwise.
        """
        is_chosen = self.field.field_type in CHOSEN_TYPES
        unchanged = self.selected if is_chosen else clean_text(self.stored)
        return self.stored if typed == unchanged else typed

    def find_problem(self, typed: str) -> str:
        """Return why a typed value cannot be stored, "" when it can."""
        if self.choose_text(typed) == self.stored:
            return ""
        field = self.field
        return find_value_problem(field.field_type, typed, self.context, field.choice_list)

    def _read(self, text: str) -> Any:
        return compute_sort_value(self.field.field_type, text, self.context)


def _validate(form: Any, field: Any) -> None:
    problem = field.value_input.find_problem(field.data or "")
    if problem:
        raise ValidationError(problem)


class TypedValueField(StringField):
    """A value that is typed; a long one, and one of several lines, in a taller box."""

    def __init__(self, label: str, value_input: ValueInput, **options: Any) -> None:
        text = clean_text(value_input.stored)
        is_long = "\n" in text or len(text) > MAX_LINE_LENGTH
        widget = TextArea() if is_long else TextInput()
        super().__init__(label, [_validate], widget=widget, **options)
        self.value_input = value_input

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = clean_text(str(valuelist[0]))


class ChosenValueField(SelectField):
    """A value that is chosen. One that is no option any more is kept as it was sent."""

    def __init__(self, label: str, value_input: ValueInput, **options: Any) -> None:
        choices = value_input.options
        super().__init__(label, [_validate], choices=choices, validate_choice=False, **options)
        self.value_input = value_input

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        options = self.value_input.options
        if self.data and self.data not in options:
            self.choices = options | {self.data: self.data}


def add_value_inputs(
    form_class: type[FlaskForm], fields: Sequence[FilledField], context: ValueContext
) -> type[FlaskForm]:
    """Return the form with an input for each of these fields, filled in with what is stored."""
    inputs = {}
    for filled in fields:
        value_input = ValueInput(filled.field, filled.value or "", context)
        is_chosen = filled.field.field_type in CHOSEN_TYPES
        kind = ChosenValueField if is_chosen else TypedValueField
        default = value_input.selected if is_chosen else value_input.stored
        inputs[f"{INPUT_PREFIX}{filled.field.id}"] = kind(
            filled.field.name, value_input, default=default
        )
    return type(form_class.__name__, (form_class,), inputs)


def list_value_inputs(form: FlaskForm) -> list[Any]:
    """Return the inputs of a form that add_value_inputs() made."""
    return [field for field in form if field.name.startswith(INPUT_PREFIX)]


def read_value_inputs(form: FlaskForm) -> dict[int, str]:
    """Return field id to what is to be stored. After a valid validate()."""
    return {
        field.value_input.field.id: field.value_input.choose_text(field.data or "")
        for field in list_value_inputs(form)
    }
