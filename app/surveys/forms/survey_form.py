"""A survey as it is typed: its words, its questions, its event, and how long it waits."""

from typing import Any

from wtforms import (
    Field,
    FieldList,
    FormField,
    StringField,
    ValidationError,
)
from wtforms.widgets import NumberInput, TextArea

from app.core.form_fields import CleanTextField, add_error
from app.domain.surveys.question_definitions import SurveyQuestion
from app.domain.surveys.question_problems import list_opening_problems, list_question_problems
from app.domain.texts import keyword_parsing, message_templates
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.template_fields import COMPUTED_FIELDS, NO_FIELDS
from app.domain.texts.text_intent import fold_text
from app.domain.texts.whole_numbers import parse_id, parse_whole_number
from app.events.forms.events import SingleLineField
from app.groups.forms import (
    find_group_problem,
)
from app.surveys.actions.surveys import SurveyInfo
from app.surveys.forms.question_form import FORM_FIELD_OF_PROBLEM, QuestionForm
from app.surveys.forms.survey_result_fields import SurveyResultFields
from app.surveys.queries.surveys import (
    find_survey,
    find_survey_keyword_conflict,
    is_survey_name_taken,
)
from app.surveys.question_list_editor import BLANK_QUESTION, edit_question_list
from app.surveys.survey_simulator import SurveyDraft

MAX_NAME_LENGTH = 120
MAX_WAIT_HOURS = 720
MAX_HOUR_DIGITS = 6
DEFAULT_TIMEOUT_HOURS = 24
NAME_TAKEN_ERROR = "Another survey has this name."
KEYWORD_TAKEN_ERROR = "This word already starts something else. Choose another one."
# All fields but the questions.
SURVEY_FIELDS = (
    "name",
    "trigger_keyword",
    "intro_message",
    "completion_message",
    "linked_event_id",
    "new_event",
    "group_id",
    "counts_as_check_in",
    "timeout_hours",
    "nudge_hours",
)


class SurveyForm(SurveyResultFields):
    """A survey.

    After validate(), build_survey_info() returns what it says. `survey_id`: the one that is
    changed, or None.
    """

    name = SingleLineField("Name")
    trigger_keyword = StringField("Keyword")
    intro_message = CleanTextField("Before the first question", widget=TextArea())
    questions = FieldList(FormField(QuestionForm))
    completion_message = CleanTextField("After the last answer", widget=TextArea())
    timeout_hours = StringField(
        "Wait for an answer",
        widget=NumberInput(min=1, max=MAX_WAIT_HOURS),
        default=str(DEFAULT_TIMEOUT_HOURS),
    )
    nudge_hours = StringField(
        "Remind once", widget=NumberInput(min=0, max=MAX_WAIT_HOURS), default="4"
    )

    def __init__(self, *args: Any, survey_id: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.survey_id = survey_id
        self.set_result_choices(survey_id)
        for index, form in enumerate(self.question_forms):
            form.set_branch_choices(index, len(self.question_forms), other_end=self.last_end_label)
            form.set_group_choices({**self.group_choices, "": "no group"})

    @property
    def question_forms(self) -> list[QuestionForm]:
        """The form of each question."""
        return [entry.form for entry in self.questions]

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate every field, then the questions together."""
        fields_are_valid = super().validate(extra_validators)
        questions_are_valid = self._validate_question_list()
        for number, form in enumerate(self.question_forms, 1):
            for field in form:
                # The errors of the list of branches are no sentences.
                sentences = [error for error in field.errors if isinstance(error, str)]
                for sentence in sentences:
                    self.form_errors.append(f"Question {number}: {sentence}")
        return fields_are_valid and questions_are_valid

    def _validate_question_list(self) -> bool:
        problems = list_question_problems(self.entered_questions)
        for problem in problems:
            if problem.question_index is None:
                self.form_errors.append(problem.sentence)
            else:
                form = self.question_forms[problem.question_index]
                add_error(form[FORM_FIELD_OF_PROBLEM[problem.field]], problem.sentence)
        return not problems and self._are_answer_groups_valid()

    def _are_answer_groups_valid(self) -> bool:
        """Say beside a question that one of its answers leads into a group that cannot be."""
        is_valid = True
        for form in self.question_forms:
            for group_id in form.question.groups.values():
                if sentence := find_group_problem(group_id, self.kept_groups):
                    add_error(form.kind, sentence)
                    is_valid = False
        return is_valid

    def validate_name(self, field: Field) -> None:
        """Require a name that no other survey has and that fits into the column."""
        if not field.data:
            raise ValidationError("Enter a name.")
        if len(field.data) > MAX_NAME_LENGTH:
            raise ValidationError(
                f"A name can have up to {MAX_NAME_LENGTH} characters. "
                f"This one has {len(field.data):,}."
            )
        if is_survey_name_taken(field.data, besides=self.survey_id):
            raise ValidationError(NAME_TAKEN_ERROR)

    def validate_trigger_keyword(self, field: Field) -> None:
        """Require a word that may start something and starts nothing else."""
        if problem := self._find_keyword_problem():
            raise ValidationError(problem)

    def _find_keyword_problem(self) -> str | None:
        survey = find_survey(self.survey_id)
        kept_words = [survey.trigger_keyword] if survey else []
        problem = keyword_parsing.find_keyword_problem(self.trigger_keyword.data or "", kept_words)
        return problem or find_survey_keyword_conflict(self.folded_keyword, besides=self.survey_id)

    def validate_intro_message(self, field: Field) -> None:
        """Require that it fits into one text with the first question."""
        first_question = next(iter(self.entered_questions), None)
        for sentence in list_opening_problems(field.data or "", first_question):
            add_error(field, sentence)

    def validate_completion_message(self, field: Field) -> None:
        """Reject placeholders that do not exist, and what is longer than the longest text."""
        fields = COMPUTED_FIELDS if self.counts_as_check_in.data else NO_FIELDS
        for sentence in message_templates.list_template_problems(field.data or "", fields=fields):
            add_error(field, sentence)
        size = count_utf16_units(field.data or "")
        if size > MAX_MESSAGE_CHARACTERS:
            raise ValidationError(
                f"This text has {size:,} characters. "
                f"A text can have up to {MAX_MESSAGE_CHARACTERS:,}."
            )

    def validate_timeout_hours(self, field: Field) -> None:
        """Require a whole number of hours."""
        if not 1 <= (_parse_hours(field) or 0) <= MAX_WAIT_HOURS:
            raise ValidationError(f"Enter a number of hours from 1 to {MAX_WAIT_HOURS}.")

    def validate_nudge_hours(self, field: Field) -> None:
        """Require a whole number of hours before the time-out, or nothing."""
        typed = str(field.data or "").strip()
        hours = _parse_hours(field)
        if typed and (hours is None or hours > MAX_WAIT_HOURS):
            raise ValidationError("Enter a number of hours, or leave it blank for no reminder.")
        if (hours or 0) >= (_parse_hours(self.timeout_hours) or MAX_WAIT_HOURS + 1):
            raise ValidationError("Choose a time before the time limit, or leave it blank.")

    @property
    def folded_keyword(self) -> str:
        """The keyword as it is stored."""
        return fold_text(self.trigger_keyword.data or "")

    @property
    def entered_questions(self) -> list[SurveyQuestion]:
        """The questions; blank ones at the end are left out."""
        forms = self.question_forms
        while forms and forms[-1].is_blank:
            forms = forms[:-1]
        return [form.question for form in forms]

    def build_survey_info(self, event_id: int | None) -> SurveyInfo:
        """Return the survey, registering people for this event. After a valid validate()."""
        return SurveyInfo(
            name=self.name.data or "",
            keyword=self.folded_keyword,
            intro_message=self.intro_message.data or "",
            questions=self.entered_questions,
            completion_message=self.completion_message.data or "",
            event_id=event_id,
            group_id=parse_id(self.group_id.data or ""),
            counts_as_check_in=bool(self.counts_as_check_in.data),
            timeout_hours=_parse_hours(self.timeout_hours) or DEFAULT_TIMEOUT_HOURS,
            nudge_hours=_parse_hours(self.nudge_hours) or None,
        )

    @property
    def simulator_draft(self) -> SurveyDraft:
        """What the pretend phone beside the form plays."""
        problem = self._find_keyword_problem() if self.folded_keyword else None
        return SurveyDraft(
            keyword=self.folded_keyword,
            intro_message=self.intro_message.data or "",
            questions=self.entered_questions,
            completion_message=self.completion_message.data or "",
            registers_for_event=self.has_event,
            keyword_problem=problem or "",
        )

    def apply_question_edit(self, button: str) -> "SurveyForm":
        """Return the form, with everything typed in it, after a button of its questions."""
        questions = [form.form_data for form in self.question_forms]
        values: dict[str, Any] = {name: self[name].data for name in SURVEY_FIELDS}
        values["questions"] = edit_question_list(questions, button) or [BLANK_QUESTION]
        return SurveyForm(formdata=None, data=values, survey_id=self.survey_id)


def _parse_hours(field: Field) -> int | None:
    return parse_whole_number(str(field.data or "").strip(), MAX_HOUR_DIGITS)
