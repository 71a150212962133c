"""The form of an event's reminder plan, with all of its steps."""

import re
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.widgets import NumberInput, TextArea

from app.core.form_fields import CleanTextField, ClockField, add_error
from app.core.local_formats import get_display_style
from app.domain.texts import text_cleaning
from app.domain.texts.whole_numbers import parse_id, parse_whole_number
from app.domain.time.reminder_timing import (
    DEFAULT_REMINDER_STEPS,
    MAX_DAYS_FROM_EVENT,
    MAX_REMINDER_STEPS,
)
from app.events.actions.reminder_plan import ReminderStep
from app.events.models import EventReminder
from app.message_templates.forms.translated_texts import (
    TranslatedTextForm,
    build_translation_data,
    check_message_text,
)

BEFORE, AFTER = "before", "after"
SAME_TIME_ERROR = "There is another reminder at this time. Choose a different day or time."
TIME_PATTERN = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
MAX_DAYS_DIGITS = 3
BLANK_STEP = ReminderStep(None, -1, "10:00", "", True)


class ReminderStepForm(TranslatedTextForm):
    """One step. A new one without a text is ignored; one to be removed is not validated."""

    step_id = HiddenField()
    number = StringField("Days", widget=NumberInput(min=0, max=MAX_DAYS_FROM_EVENT))
    side = SelectField(
        "Before or after",
        choices={BEFORE: "days before", AFTER: "days after"},
        # validate_side() says it in our own words.
        validate_choice=False,
    )
    time_of_day = ClockField("Time")
    body = CleanTextField("Text", widget=TextArea())
    is_on = BooleanField("Send it")
    remove = BooleanField("Remove this reminder")

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate a step that belongs to the plan."""
        return not self.is_in_plan or super().validate(extra_validators)

    def validate_number(self, field: Field) -> None:
        """Reject what is no number of days."""
        if self.days is None:
            raise ValidationError(f"Enter a number of days from 0 to {MAX_DAYS_FROM_EVENT}.")

    def validate_side(self, field: Field) -> None:
        """Reject a side that is not offered."""
        if field.data not in (BEFORE, AFTER):
            raise ValidationError("Choose before or after.")

    def validate_time_of_day(self, field: Field) -> None:
        """Reject what is no time."""
        if not TIME_PATTERN.fullmatch(field.data or ""):
            raise ValidationError(get_display_style().clock_error)

    def validate_body(self, field: Field) -> None:
        """Require a text with known placeholders that is not too long to be sent."""
        self.check_text(field)

    def check_text(self, field: Field) -> None:
        """Reject a text that cannot be sent to the people of an event."""
        check_message_text(field, of_event=True)

    @property
    def is_new(self) -> bool:
        """Whether it is not in the plan yet."""
        return parse_id(self.step_id.data or "") is None

    @property
    def is_in_plan(self) -> bool:
        """Whether it is to be in the plan: neither removed nor an empty new one."""
        if self.remove.data:
            return False
        return not self.is_new or not text_cleaning.is_blank_text(self.body.data or "")

    @property
    def days(self) -> int | None:
        """The days from the event's date, negative before it; None when no number was typed."""
        number = parse_whole_number((self.number.data or "").strip(), MAX_DAYS_DIGITS)
        if number is None or number > MAX_DAYS_FROM_EVENT:
            return None
        if self.side.data == BEFORE:
            return -number
        return number

    @property
    def reminder_step(self) -> ReminderStep:
        """The step, after `validate()`."""
        return ReminderStep(
            id=parse_id(self.step_id.data or ""),
            days=self.days or 0,
            time_of_day=self.time_of_day.data or "",
            body=self.body.data or "",
            is_on=bool(self.is_on.data),
            translations=self.translations,
        )


class ReminderPlanForm(FlaskForm):
    """All steps and a blank one. After `validate()`, `reminder_steps` is the plan."""

    steps = FieldList(FormField(ReminderStepForm))

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate every step, then all of them together."""
        steps_are_valid = super().validate(extra_validators)
        plan_is_valid = self._validate_steps_together()
        for number, step in enumerate(self._step_forms, 1):
            for field in step:
                self.form_errors.extend(f"Reminder {number}: {error}" for error in field.errors)
        return steps_are_valid and plan_is_valid

    @property
    def can_grow(self) -> bool:
        """Whether another step may be added."""
        return len(self.steps) < MAX_REMINDER_STEPS

    def add_blank_step(self) -> None:
        """Add an empty step, for a reminder that is not in the plan yet."""
        if self.can_grow:
            self.steps.append_entry(_build_step_form_data(BLANK_STEP))

    @property
    def reminder_steps(self) -> list[ReminderStep]:
        """The steps of the plan, after `validate()`."""
        return [step.reminder_step for step in self._step_forms if step.is_in_plan]

    @property
    def _step_forms(self) -> list[ReminderStepForm]:
        return [entry.form for entry in self.steps]

    def _validate_steps_together(self) -> bool:
        """Reject two steps at one time, and too many steps."""
        times: set[tuple[int | None, str | None]] = set()
        steps = [step for step in self._step_forms if step.is_in_plan]
        for step in steps:
            step_time = (step.days, step.time_of_day.data)
            if step_time in times:
                add_error(step.time_of_day, SAME_TIME_ERROR)
            times.add(step_time)
        if len(steps) > MAX_REMINDER_STEPS:
            self.form_errors.append(f"An event can have up to {MAX_REMINDER_STEPS} reminders.")
        return len(times) == len(steps) <= MAX_REMINDER_STEPS


def build_plan_form_data(
    rows: Sequence[EventReminder], *, with_blank_step: bool = False
) -> dict[str, Any]:
    """Return a plan as form data. An event without a plan is offered the usual one."""
    steps = []
    for row in rows or DEFAULT_REMINDER_STEPS:
        row_id = getattr(row, "id", None)
        translations = getattr(row, "translations", {})
        timing = (row_id, row.days, row.time_of_day)
        steps.append(ReminderStep(*timing, row.body, row.is_on, translations))
    if with_blank_step and len(steps) < MAX_REMINDER_STEPS:
        steps.append(BLANK_STEP)
    return {"steps": list(map(_build_step_form_data, steps))}


def _build_step_form_data(step: ReminderStep) -> dict[str, Any]:
    side = AFTER if step.days > 0 else BEFORE
    return {
        "step_id": str(step.id or ""),
        "number": str(abs(step.days)),
        "side": side,
        "time_of_day": step.time_of_day,
        "body": step.body,
        **build_translation_data(step.translations),
        "is_on": step.is_on,
    }
