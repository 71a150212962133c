"""One condition of a segment as it is typed.

Every family of conditions has all the fields, and only those that its test needs are read.
"""

from wtforms import Form, HiddenField, SelectField, StringField
from wtforms.widgets import NumberInput

from app.audiences.forms.condition_tests import (
    FIELD_PREFIX,
    SURVEY_PREFIX,
    label_family,
    label_unlisted_test,
    list_tests,
    parse_family_id,
    parse_test,
)
from app.audiences.queries.condition_context import load_condition_context
from app.audiences.queries.rule_choices import FieldChoice, RuleChoices
from app.core.form_fields import CalendarDayField, add_error
from app.core.local_formats import get_display_style
from app.domain.audiences.condition_phrases import MONTHS
from app.domain.audiences.conditions import (
    CONDITION_SHAPES,
    MAX_DAYS,
    MAX_VALUE_LENGTH,
    Condition,
    ReferenceKind,
    ValueKind,
    clean_value,
)
from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import find_value_problem
from app.domain.texts.whole_numbers import parse_id
from app.organisation.queries import get_organisation_region

NOTHING_CHOSEN = {"": "Choose…"}
DAYS_ERROR = f"Enter a number of days, from 1 to {MAX_DAYS:,}."
NUMBER_ERROR = "Enter a number, such as 12 or 12.5."
REFERENCE_ERRORS = {
    ReferenceKind.GROUP: "Choose a group.",
    ReferenceKind.EVENT: "Choose an event.",
    ReferenceKind.BLAST: "Choose a blast.",
}
# Which field holds the value of a condition.
VALUE_FIELDS = {
    ValueKind.TEXT: "value",
    ValueKind.NUMBER: "value",
    ValueKind.LANGUAGE: "value",
    ValueKind.DATE: "day",
    ValueKind.DAYS: "days",
    ValueKind.MONTH: "month",
}
YES_NO_CHOICES = {"yes": "Yes", "no": "No"}


class ConditionForm(Form):
    """A condition. `parent`: the number of its group of conditions, "" for none."""

    family = HiddenField()
    parent = HiddenField()
    test = SelectField("Test", validate_choice=False)
    ref = SelectField("Which", choices=NOTHING_CHOSEN, validate_choice=False)
    question = SelectField("Question", choices={}, validate_choice=False)
    value = StringField("Value")
    day = CalendarDayField("Date", get_organisation_region)
    days = StringField("Days", widget=NumberInput(min=1, max=MAX_DAYS))
    month = SelectField("Month", validate_choice=False)

    label = ""
    is_gone = False
    is_date = False
    tests: dict[str, str] = {}
    value_choices: dict[str, str] = {}

    def offer(self, choices: RuleChoices) -> None:
        """Offer what this condition's family can ask."""
        family = self.family.data or ""
        tests = dict(list_tests(family, choices))
        self.is_gone = not tests
        self.label = label_family(family, choices)
        field = self._find_field(choices)
        self.is_date = field is not None and field.field_type is FieldType.DATE
        typed = self.test.data or ""
        # Normal rules may have the opposite of a test, which the builder does not offer.
        kinds = {name.removeprefix("!") for name in tests}
        if typed not in tests and typed.removeprefix("!") in kinds:
            tests[typed] = label_unlisted_test(typed)
        self.tests = tests
        self.test.choices = tests
        self.month.choices = {str(number): name for number, name in enumerate(MONTHS, 1)}
        self.ref.choices = NOTHING_CHOSEN | self._list_references(tests, choices)
        survey = choices.surveys.get(parse_family_id(family)) if self._is_of_survey else None
        prompts = survey.questions if survey else []
        self.question.choices = {str(number): text for number, text in enumerate(prompts)}
        self.value_choices = self._list_values(choices)

    @property
    def _is_of_survey(self) -> bool:
        return (self.family.data or "").startswith(SURVEY_PREFIX)

    def _find_field(self, choices: RuleChoices) -> FieldChoice | None:
        family = self.family.data or ""
        if not family.startswith(FIELD_PREFIX):
            return None
        return choices.fields.get(parse_family_id(family))

    def _list_references(self, tests: dict[str, str], choices: RuleChoices) -> dict[str, str]:
        """Return what the tests choose from, by id; {} where none of them names anything."""
        for test in tests:
            parsed = parse_test(test)
            kind = CONDITION_SHAPES[parsed[0]].reference if parsed else None
            if kind in REFERENCE_ERRORS:
                return {str(ref_id): name for ref_id, name in choices.find_names(kind).items()}
        return {}

    def _list_values(self, choices: RuleChoices) -> dict[str, str]:
        """Return the values that can be chosen; {} where a value is typed."""
        if self.family.data == "language":
            return NOTHING_CHOSEN | dict(choices.languages)
        field = self._find_field(choices)
        if field is None or field.field_type not in (FieldType.CHOICE, FieldType.YES_NO):
            return {}
        if field.field_type is FieldType.YES_NO:
            return NOTHING_CHOSEN | YES_NO_CHOICES
        listed = {value: value for value in field.values}
        typed = self.value.data or ""
        return NOTHING_CHOSEN | listed | ({typed: typed} if typed else {})

    @property
    def needs(self) -> set[str]:
        """The fields that any of the tests needs."""
        needed: set[str] = set()
        for test in self.tests:
            needed.update(self._list_needed_fields(test))
        return needed

    def list_needs(self, test: str) -> str:
        """Return the fields that a test needs, with blanks between them."""
        return " ".join(sorted(self._list_needed_fields(test)))

    def _list_needed_fields(self, test: str) -> set[str]:
        """Return the names of the inputs that a test needs."""
        parsed = parse_test(test)
        if parsed is None:
            return set()
        shape = CONDITION_SHAPES[parsed[0]]
        needed = {self._find_value_field(shape.value)} - {""}
        if shape.reference in REFERENCE_ERRORS:
            needed.add("ref")
        if shape.has_question:
            needed.add("question")
        return needed

    def _find_value_field(self, kind: ValueKind) -> str:
        # "is" asks a date field for a date.
        if kind is ValueKind.TEXT and self.is_date:
            return "day"
        return VALUE_FIELDS.get(kind, "")

    def read_condition(self, choices: RuleChoices) -> Condition | None:
        """Return the condition that was typed; None with an error beside a field."""
        parsed = parse_test(self.test.data or "")
        if parsed is None or self.test.data not in self.tests:
            # Without a field or survey there is nothing to choose: it can only be removed.
            add_error(self.test, f"{self.label or 'This condition'} cannot be asked. Remove it.")
            return None
        kind, is_negated = parsed
        shape = CONDITION_SHAPES[kind]
        ref_id = self._read_reference(shape.reference)
        question = self._read_question() if shape.has_question else None
        value = self._read_value(shape.value, self._find_field(choices))
        if (shape.reference and not ref_id) or value is None:
            return None
        if shape.has_question and question is None:
            return None
        return Condition(kind, ref_id, question, value, is_negated)

    def _read_reference(self, kind: ReferenceKind | None) -> int | None:
        """Return the id of what the condition names; None with an error where none is chosen."""
        if kind in (ReferenceKind.FIELD, ReferenceKind.SURVEY):
            return parse_family_id(self.family.data or "") or None
        if kind is None:
            return None
        if self.ref.data and self.ref.data in (self.ref.choices or {}):
            return parse_id(self.ref.data)
        add_error(self.ref, REFERENCE_ERRORS[kind])
        return None

    def _read_question(self) -> int | None:
        if self.question.data in (self.question.choices or {}):
            return int(self.question.data)
        add_error(self.question, "Choose a question.")
        return None

    def _read_value(self, kind: ValueKind, field: FieldChoice | None) -> str | None:
        """Return the value as rules keep it, "" where none is needed; None with an error."""
        name = self._find_value_field(kind)
        if not name:
            return ""
        typed = str(self[name].data or "")
        value = clean_value(kind, typed)
        problem = self._find_value_problem(kind, field, typed, value)
        if problem:
            add_error(self[name], problem)
            return None
        return value

    def _find_value_problem(
        self, kind: ValueKind, field: FieldChoice | None, typed: str, value: str | None
    ) -> str:
        """Return why a typed value cannot be used, "" when it can."""
        if kind is ValueKind.DAYS and value is None:
            return DAYS_ERROR
        if kind is ValueKind.NUMBER and value is None:
            return NUMBER_ERROR
        if value is None and (kind is ValueKind.DATE or self.is_date):
            return get_display_style().date_error
        if value is None:
            is_long = len(typed) > MAX_VALUE_LENGTH
            return f"Enter at most {MAX_VALUE_LENGTH} characters." if is_long else "Enter a value."
        if kind is ValueKind.LANGUAGE and value not in self.value_choices:
            return "Choose a language."
        if kind is ValueKind.TEXT and field is not None:
            context = load_condition_context().values
            return find_value_problem(field.field_type, value, context, field.values)
        return ""
