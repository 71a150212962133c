"""One step of a sequence in the form: when it is due, its texts, for whom, how it repeats."""

import re
from typing import Any

from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, ValidationError
from wtforms.widgets import NumberInput, TextArea

from app.core.form_fields import CleanTextField, ClockField
from app.core.local_formats import get_display_style
from app.domain.sequences.step_conditions import StepCondition, write_step_condition
from app.domain.texts.template_fields import NO_FIELDS, TemplateFields
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.texts.whole_numbers import parse_id, parse_whole_number
from app.message_templates.forms.translated_texts import TranslatedTextForm, check_message_text
from app.sequences.actions.sequence_editing import StepValues
from app.sequences.forms.condition_fields import (
    ConditionChoices,
    check_condition_fields,
    read_condition_fields,
)

NOT_CHOSEN = ("", "Choose one")
MAX_DELAY_DAYS = 730
MAX_REPEAT_DAYS = 365
MAX_DAYS_DIGITS = 3
TIME_PATTERN = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
DELAY_ERROR = f"Enter a number of days from 0 to {MAX_DELAY_DAYS}."
REPEAT_ERROR = f"Enter a number of days from 1 to {MAX_REPEAT_DAYS}, or leave it blank."


class SequenceStepForm(TranslatedTextForm):
    """One step. A new one without a text is ignored; one to be removed is not validated.

    Call prepare() first, and before `validate()` set `of_event` and `textable_fields`:
    they say which placeholders are filled in.
    """

    step_id = HiddenField()
    delay = StringField("Days", widget=NumberInput(min=0, max=MAX_DELAY_DAYS))
    time_of_day = ClockField("Time")
    body = CleanTextField("Text", widget=TextArea())
    repeat = StringField(
        "Repeat after so many days", widget=NumberInput(min=1, max=MAX_REPEAT_DAYS)
    )
    until = SelectField("Until", validate_choice=False)
    until_ref = SelectField("Which one ends it", validate_choice=False)
    condition = SelectField("Only if", validate_choice=False)
    condition_ref = SelectField("Which one", validate_choice=False)
    is_on = BooleanField("Send this step")
    remove = BooleanField("Remove this step")
    of_event = False
    textable_fields: TemplateFields = NO_FIELDS
    condition_choices: ConditionChoices

    def prepare(self, number: int, choices: ConditionChoices) -> None:
        """Set its labels as the step of this number, and what its conditions can ask."""
        before = "the start" if number == 1 else f"step {number - 1}"
        self.delay.label.text = f"Days after {before}"
        self.condition_choices = choices
        references = {"": [NOT_CHOSEN]} | choices.references
        self.condition.choices = [("", "Always"), *choices.kinds]
        self.until.choices = [("", "The sequence ends"), *choices.kinds]
        self.condition_ref.choices = self.until_ref.choices = references

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate a step that belongs to the sequence."""
        if not self.is_in_sequence:
            return True
        is_valid = super().validate(extra_validators)
        for kind_field, which_field in self.condition_fields:
            check_condition_fields(kind_field, which_field, self.condition_choices)
        return is_valid and not self.errors

    def validate_delay(self, field: Field) -> None:
        """Reject what is no number of days."""
        if _parse_days(field, MAX_DELAY_DAYS) is None:
            raise ValidationError(DELAY_ERROR)

    def validate_time_of_day(self, field: Field) -> None:
        """Reject what is no time; blank is that of the step before."""
        if field.data and not TIME_PATTERN.fullmatch(field.data):
            raise ValidationError(get_display_style().clock_error)

    def validate_body(self, field: Field) -> None:
        """Require a text with known placeholders that is not too long to be sent."""
        self.check_text(field)

    def validate_repeat(self, field: Field) -> None:
        """Reject what is no number of days; blank does not repeat."""
        if (field.data or "").strip() and not _parse_days(field, MAX_REPEAT_DAYS):
            raise ValidationError(REPEAT_ERROR)

    def check_text(self, field: Field) -> None:
        """Reject a text that cannot be sent."""
        check_message_text(field, of_event=self.of_event, fields=self.textable_fields)

    @property
    def is_new(self) -> bool:
        """Whether it is not in the sequence yet."""
        return parse_id(self.step_id.data or "") is None

    @property
    def has_conditions(self) -> bool:
        """Whether it asks for anything or repeats, or tries to."""
        return bool(self.condition.data or self.repeat.data)

    @property
    def is_in_sequence(self) -> bool:
        """Whether it is to be in the sequence: neither removed nor an empty new one."""
        if self.remove.data:
            return False
        return not self.is_new or not is_blank_text(self.body.data or "")

    @property
    def step_values(self) -> StepValues:
        """The step, after `validate()`."""
        return StepValues(
            id=parse_id(self.step_id.data or ""),
            delay_days=_parse_days(self.delay, MAX_DELAY_DAYS) or 0,
            time_of_day=self.time_of_day.data or None,
            body=self.body.data or "",
            translations=self.translations,
            condition=write_step_condition(
                read_condition_fields(self.condition, self.condition_ref)
            ),
            repeat_days=self.repeat_days,
            until_condition=write_step_condition(self._until_condition),
            is_on=bool(self.is_on.data),
        )

    @property
    def repeat_days(self) -> int | None:
        """After how many days it is sent again, None where it is sent once."""
        return _parse_days(self.repeat, MAX_REPEAT_DAYS)

    @property
    def _until_condition(self) -> StepCondition | None:
        if self.repeat_days is None:
            return None
        return read_condition_fields(self.until, self.until_ref)

    @property
    def condition_fields(self) -> list[tuple[SelectField, SelectField]]:
        """The selects of its condition, and of what ends its repeats where it has any."""
        pairs = [(self.condition, self.condition_ref)]
        return [*pairs, (self.until, self.until_ref)] if self.repeat_days else pairs


def _parse_days(field: Field, highest: int) -> int | None:
    number = parse_whole_number((field.data or "").strip(), MAX_DAYS_DIGITS)
    return None if number is None or number > highest else number
