"""The plan of an event's reminders as it is typed, all steps at once."""

import re
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
)
from wtforms import ValidationError as Wrong
from wtforms.widgets import NumberInput, TextArea, TimeInput

from app.core.form_fields import CleanTextField
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.time.reminder_timing import (
    DEFAULT_REMINDER_STEPS,
    MAX_DAYS_FROM_EVENT,
    MAX_REMINDER_STEPS,
)
from app.events.actions.reminder_plan import ReminderStep
from app.events.models import EventReminder

BEFORE, AFTER = "before", "after"
SAME_TIME_ERROR = "There is another reminder at this time. Choose a different day or time."
TIME_PATTERN = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class ReminderStepForm(Form):
    """One step. A new one without a text is none; one that is to be removed is not judged."""

    step_id = HiddenField()
    number = StringField("Days", widget=NumberInput(min=0, max=MAX_DAYS_FROM_EVENT))
    side = SelectField(
        "Before or after",
        choices={BEFORE: "days before", AFTER: "days after"},
        validate_choice=False,
    )
    time_of_day = StringField("Time", widget=TimeInput())
    body = CleanTextField("Text", widget=TextArea())
    is_on = BooleanField("Send it")
    remove = BooleanField("Remove this reminder")

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field of a step that is wanted."""
        return not self.is_wanted or super().validate(extra_validators)

    def validate_number(self, field: Field) -> None:
        """Days that can be counted."""
        if self.days is None:
            raise Wrong(f"Write a number of days from 0 to {MAX_DAYS_FROM_EVENT}.")

    def validate_side(self, field: Field) -> None:
        """One of the two."""
        if field.data not in (BEFORE, AFTER):
            raise Wrong("Choose before or after.")

    def validate_time_of_day(self, field: Field) -> None:
        """A time on the clock."""
        if not TIME_PATTERN.fullmatch(field.data or ""):
            raise Wrong("Write the time as hours:minutes, for example 10:00.")

    def validate_body(self, field: Field) -> None:
        """Something to read, of placeholders that exist, not too long."""
        if text_cleaning.is_blank_text(field.data or ""):
            raise Wrong("Write a text first.")
        field.errors = [
            *field.errors,
            *message_templates.list_template_problems(field.data, of_event=True),
        ]
        size = count_utf16_units(field.data)
        if size > MAX_MESSAGE_CHARACTERS:
            raise Wrong(
                f"This text has {size:,} characters. The longest text that can be sent has {MAX_MESSAGE_CHARACTERS:,}."
            )

    @property
    def is_new(self) -> bool:
        """Whether it is not in the plan yet."""
        return self._parsed_id is None

    @property
    def is_wanted(self) -> bool:
        """Whether it is to be in the plan."""
        return not self.remove.data and not (
            self.is_new and text_cleaning.is_blank_text(self.body.data or "")
        )

    @property
    def days(self) -> int | None:
        """Days from the event's day, below 0 before it; None when no number was typed."""
        typed = (self.number.data or "").strip()
        if not re.fullmatch(r"[0-9]{1,3}", typed, re.ASCII) or int(typed) > MAX_DAYS_FROM_EVENT:
            return None
        return -int(typed) if self.side.data == BEFORE else int(typed)

    @property
    def reminder_step(self) -> ReminderStep:
        """The step, once `validate()` was happy."""
        return ReminderStep(
            self._parsed_id,
            self.days or 0,
            self.time_of_day.data or "",
            self.body.data or "",
            bool(self.is_on.data),
        )

    @property
    def _parsed_id(self) -> int | None:
        typed = self.step_id.data or ""
        return int(typed) if re.fullmatch(r"[0-9]{1,18}", typed, re.ASCII) else None


class ReminderPlanForm(FlaskForm):
    """All steps, and room for one more. After `validate()`, `plan` is what is wanted."""

    steps = FieldList(FormField(ReminderStepForm))

    def validate(self, extra_validators: Any = None) -> bool:
        """Every step, then all of them together."""
        fine = super().validate(extra_validators)
        together = self._validate_steps_together()
        for place, step in enumerate(self._step_forms, 1):
            said = [sentence for field in step for sentence in field.errors]
            self.form_errors.extend(f"Reminder {place}: {sentence}" for sentence in said)
        return fine and together

    @property
    def reminder_steps(self) -> list[ReminderStep]:
        """The steps that are wanted, once `validate()` was happy."""
        return [step.reminder_step for step in self._step_forms if step.is_wanted]

    @property
    def _step_forms(self) -> list[ReminderStepForm]:
        return [entry.form for entry in self.steps]

    def _validate_steps_together(self) -> bool:
        taken: set[tuple[int | None, str | None]] = set()
        wanted = [step for step in self._step_forms if step.is_wanted]
        for step in wanted:
            at = (step.days, step.time_of_day.data)
            if at in taken:
                step.time_of_day.errors = [*step.time_of_day.errors, SAME_TIME_ERROR]
            taken.add(at)
        if len(wanted) > MAX_REMINDER_STEPS:
            self.form_errors.append(f"A plan has at most {MAX_REMINDER_STEPS} reminders.")
        return len(taken) == len(wanted) <= MAX_REMINDER_STEPS


def build_plan_form_data(steps: Sequence[EventReminder]) -> dict[str, Any]:
    """The plan as the form shows it: an event without one is offered the usual one; at the end
    room for one more.
    """
    shown = [
        _build_step_form_data(step.id, step.days, step.time_of_day, step.body, step.is_on)
        for step in steps
    ]
    shown = shown or [
        _build_step_form_data(None, seed.days, seed.time_of_day, seed.body, seed.is_on)
        for seed in DEFAULT_REMINDER_STEPS
    ]
    if len(shown) < MAX_REMINDER_STEPS:
        shown.append(_build_step_form_data(None, -1, "10:00", "", True))
    return {"steps": shown}


def _build_step_form_data(
    step_id: int | None, days: int, time_of_day: str, body: str, is_on: bool
) -> dict[str, Any]:
    return {
        "step_id": str(step_id or ""),
        "number": str(abs(days)),
        "side": AFTER if days > 0 else BEFORE,
        "time_of_day": time_of_day,
        "body": body,
        "is_on": is_on,
    }
