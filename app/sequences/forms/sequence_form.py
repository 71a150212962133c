"""The form of a sequence: what starts it, what ends it, and its steps."""

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
from wtforms.validators import Length
from wtforms.widgets import NumberInput

from app.core.form_fields import CleanTextField
from app.domain.accounts.roles import Role
from app.domain.sequences.sequence_states import DATE_TRIGGERS, EVENT_TRIGGERS, SequenceTrigger
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.texts.whole_numbers import parse_id, parse_whole_number
from app.organisation import queries as organisation
from app.profiles.queries.textable_fields import load_template_fields
from app.sequences.actions.sequence_editing import SequenceValues, TriggerValues
from app.sequences.forms.condition_fields import load_condition_choices
from app.sequences.forms.step_checks import MAX_STEPS, list_step_problems
from app.sequences.forms.step_form import SequenceStepForm
from app.sequences.forms.trigger_choices import ANY_EVENT, TriggerChoices, is_offered
from app.sequences.models import MAX_SEQUENCE_DESCRIPTION_LENGTH, MAX_SEQUENCE_NAME_LENGTH
from app.sequences.queries.sequence_permission import find_trigger_problem

MAX_TRIGGER_DAYS = 365
MAX_STREAK_DAYS = 1000
BEFORE, AFTER = "before", "after"
NAME_TAKEN_ERROR = "Another sequence has this name."
# The select that each trigger needs a choice in.
NEEDED_SELECTS = {
    SequenceTrigger.GROUP: ("group", "Choose a group."),
    SequenceTrigger.ANSWERED: ("survey", "Choose a survey."),
    SequenceTrigger.DATE_FIELD: ("date_field", "Choose a field."),
} | dict.fromkeys(EVENT_TRIGGERS, ("event", "Choose an event, or any event."))
TRIGGER_COLUMNS = {
    "group": "group_id",
    "event": "event_id",
    "survey": "survey_id",
    "date_field": "field_id",
}
COUNTED_TRIGGERS = (SequenceTrigger.STREAK, SequenceTrigger.MISSED_CHECK_IN)


class SequenceForm(FlaskForm):
    """A sequence and its steps. After `validate()`, `sequence_values` is what it says.

    `revision`: the state of the sequence that the user saw.
    """

    name = CleanTextField(
        "Name",
        [
            Length(
                max=MAX_SEQUENCE_NAME_LENGTH,
                message=f"A name can have up to {MAX_SEQUENCE_NAME_LENGTH} characters.",
            )
        ],
    )
    description = StringField(
        "What it is for",
        [
            Length(
                max=MAX_SEQUENCE_DESCRIPTION_LENGTH,
                message=f"Enter at most {MAX_SEQUENCE_DESCRIPTION_LENGTH} characters.",
            )
        ],
    )
    trigger_kind = SelectField(
        "Starts when", default=SequenceTrigger.HAND.value, validate_choice=False
    )
    group = SelectField("Group", validate_choice=False)
    event = SelectField("Event", validate_choice=False)
    survey = SelectField("Survey", validate_choice=False)
    date_field = SelectField("Field with the date", validate_choice=False)
    days = StringField("Days", widget=NumberInput(min=0, max=MAX_TRIGGER_DAYS))
    side = SelectField(
        "Before or after",
        choices={AFTER: "days after it", BEFORE: "days before it"},
        validate_choice=False,
    )
    count = StringField("Number of days", widget=NumberInput(min=1, max=MAX_STREAK_DAYS))
    stops_on_reply = BooleanField("They reply to a text")
    stops_on_rsvp = BooleanField("They answer whether they come")
    stops_on_leaving = BooleanField("What started it is no longer true")
    include_unsubscribe = BooleanField("Add opt-out line")
    revision = HiddenField()
    steps = FieldList(FormField(SequenceStepForm))

    def __init__(self, choices: TriggerChoices, role: Role, **options: Any) -> None:
        super().__init__(**options)
        self.role = role
        self.condition_choices = load_condition_choices(role)
        for number, step in enumerate(self.step_forms, 1):
            step.prepare(number, self.condition_choices)
        self.trigger_kind.choices = list(choices.kinds.items())
        self.group.choices = choices.groups
        self.event.choices = choices.events
        self.survey.choices = choices.surveys
        self.date_field.choices = choices.fields

    def validate_name(self, field: Field) -> None:
        """Reject a name that is blank."""
        if is_blank_text(field.data or ""):
            raise ValidationError("Enter a name.")

    def validate_trigger_kind(self, field: Field) -> None:
        """Reject a trigger that is not offered, or that the user may not use."""
        if field.data not in set(SequenceTrigger):
            raise ValidationError("Choose what starts it.")
        problem = find_trigger_problem(self.trigger.group_id, self.trigger.field_id, self.role)
        if problem:
            raise ValidationError(problem)

    def validate_group(self, field: Field) -> None:
        """Require a group where joining one starts it."""
        self._require_choice(field)

    def validate_event(self, field: Field) -> None:
        """Require an event, or any, where one starts it."""
        self._require_choice(field)

    def validate_survey(self, field: Field) -> None:
        """Require a survey where finishing one starts it."""
        self._require_choice(field)

    def validate_date_field(self, field: Field) -> None:
        """Require a field where its date starts it."""
        self._require_choice(field)

    def _require_choice(self, field: Field) -> None:
        name, sentence = NEEDED_SELECTS.get(self.kind, ("", ""))
        if field.short_name == name and not is_offered(field):
            raise ValidationError(sentence)

    def validate_days(self, field: Field) -> None:
        """Reject what is no number of days, where the trigger is a date."""
        if self.kind in DATE_TRIGGERS and _parse_number(field, 0, MAX_TRIGGER_DAYS) is None:
            raise ValidationError(f"Enter a number of days from 0 to {MAX_TRIGGER_DAYS}.")

    def validate_count(self, field: Field) -> None:
        """Reject what is no number of days, where the trigger counts check-ins."""
        if self.kind in COUNTED_TRIGGERS and _parse_number(field, 1, MAX_STREAK_DAYS) is None:
            raise ValidationError(f"Enter a number of days from 1 to {MAX_STREAK_DAYS:,}.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate what starts it and every step, then the steps together."""
        fields = load_template_fields()
        for step in self.step_forms:
            step.of_event, step.textable_fields = self.kind in EVENT_TRIGGERS, fields
        is_valid = super().validate(extra_validators)
        self.form_errors.extend(list_step_problems(self.kept_steps, self.kind))
        for number, step in enumerate(self.step_forms, 1):
            for field in step:
                self.form_errors.extend(f"Step {number}: {error}" for error in field.errors)
        has_errors = any(field.errors for field in self if field is not self.steps)
        return is_valid and not self.form_errors and not has_errors

    @property
    def kind(self) -> SequenceTrigger:
        """What starts it; by hand where nothing that is offered is chosen."""
        chosen = self.trigger_kind.data
        return SequenceTrigger(chosen) if chosen in set(SequenceTrigger) else SequenceTrigger.HAND

    @property
    def step_forms(self) -> list[SequenceStepForm]:
        """The forms of the steps."""
        return [entry.form for entry in self.steps]

    @property
    def kept_steps(self) -> list[SequenceStepForm]:
        """The forms of the steps that are to be in the sequence."""
        return [step for step in self.step_forms if step.is_in_sequence]

    @property
    def can_grow(self) -> bool:
        """Whether another step may be added."""
        return len(self.steps) < MAX_STEPS

    def add_step(self, data: dict[str, Any]) -> None:
        """Add a step with this form data behind the last one."""
        self.steps.append_entry(data)
        self.step_forms[-1].prepare(len(self.steps), self.condition_choices)

    @property
    def seen_revision(self) -> int:
        """The state of the sequence that the user saw; 0 when the form does not say it."""
        return parse_whole_number(self.revision.data or "", 9) or 0

    @property
    def trigger(self) -> TriggerValues:
        """What starts it: only what its kind needs."""
        values: dict[str, Any] = {"kind": self.kind}
        needed, _ = NEEDED_SELECTS.get(self.kind, ("", ""))
        if needed:
            values[TRIGGER_COLUMNS[needed]] = parse_id(self[needed].data or "")
            values["is_any_event"] = needed == "event" and self.event.data == ANY_EVENT
        if self.kind in DATE_TRIGGERS:
            days = _parse_number(self.days, 0, MAX_TRIGGER_DAYS) or 0
            values["days"] = -days if self.side.data == BEFORE else days
        if self.kind in COUNTED_TRIGGERS:
            values["count"] = _parse_number(self.count, 1, MAX_STREAK_DAYS) or 1
        return TriggerValues(**values)

    @property
    def sequence_values(self) -> SequenceValues:
        """The sequence, after `validate()`."""
        footer = organisation.get_organisation().footer if self.include_unsubscribe.data else None
        return SequenceValues(
            name=" ".join((self.name.data or "").split()),
            description=(self.description.data or "").strip() or None,
            trigger=self.trigger,
            footer=footer,
            steps=[step.step_values for step in self.kept_steps],
            stops_on_reply=bool(self.stops_on_reply.data),
            stops_on_rsvp=bool(self.stops_on_rsvp.data) and self.kind in EVENT_TRIGGERS,
            stops_on_leaving=bool(self.stops_on_leaving.data),
        )


def _parse_number(field: Field, lowest: int, highest: int) -> int | None:
    number = parse_whole_number((field.data or "").strip(), len(str(highest)))
    return number if number is not None and lowest <= number <= highest else None
