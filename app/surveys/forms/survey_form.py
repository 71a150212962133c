"""A survey as it is typed: its words, its questions, its event, and how long it waits."""

from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    FieldList,
    FormField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.widgets import NumberInput, TextArea

from app.core.form_fields import CleanTextField
from app.domain.surveys.question_definitions import (
    SurveyQuestion,
    list_opening_problems,
    list_question_problems,
    parse_questions,
)
from app.domain.texts import keyword_parsing, message_templates
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.text_intent import fold_text
from app.events import queries as events
from app.events.forms.events import SingleLineField
from app.surveys import queries
from app.surveys.actions.surveys import SurveyInfo
from app.surveys.forms.question_form import (
    FORM_FIELD_OF_PROBLEM,
    QuestionForm,
    build_question_form_data,
)
from app.surveys.models import SurveyFlow
from app.surveys.question_list_editor import BLANK_QUESTION, edit_question_list
from app.surveys.survey_simulator import SurveyDraft

MAX_NAME_LENGTH, MAX_EVENT_TITLE_LENGTH, MAX_WAIT_HOURS = 120, 200, 720
NAME_TAKEN_ERROR = "Another survey has this name."
KEYWORD_TAKEN_ERROR = "Something else begins with this word already. Choose another one."
CLOSED_VALUES = {"0", "false", "no", "off", "n", ""}


class SurveyForm(FlaskForm):
    """A survey.

    After `validate()`, `facts()` is what it says. `survey_id`: the one being changed, or None.
    """

    name = SingleLineField("Name")
    trigger_keyword = StringField("Keyword")
    intro_message = CleanTextField("Before the first question", widget=TextArea())
    questions = FieldList(FormField(QuestionForm))
    completion_message = CleanTextField("After the last answer", widget=TextArea())
    linked_event_id = SelectField("Event", validate_choice=False)
    new_event = SingleLineField("Or a new event")
    timeout_hours = StringField(
        "Wait for an answer",
        widget=NumberInput(min=1, max=MAX_WAIT_HOURS),
        default="24",
    )
    nudge_hours = StringField(
        "Remind once", widget=NumberInput(min=0, max=MAX_WAIT_HOURS), default="4"
    )

    def __init__(self, *given: Any, survey_id: int | None = None, **more: Any) -> None:
        super().__init__(*given, **more)
        self.survey_id = survey_id
        self.linked_event_id.choices = {"": "None"} | {
            str(each.id): each.title for each in events.fetch_all_events()
        }
        has_event = bool(self.linked_event_id.data or self.new_event.data)
        for place, form in enumerate(self.question_forms):
            form.set_branch_choices(place, len(self.question_forms), has_event=has_event)

    @property
    def question_forms(self) -> list[QuestionForm]:
        """The questions' own forms."""
        return [entry.form for entry in self.questions]

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, then the questions together."""
        fine = super().validate(extra_validators)
        together = self._validate_question_list()
        for place, form in enumerate(self.question_forms, 1):
            said = [
                sentence for field in form for sentence in field.errors if isinstance(sentence, str)
            ]
            self.form_errors.extend(f"Question {place}: {sentence}" for sentence in said)
        return fine and together

    def validate_name(self, field: Field) -> None:
        """There is one, and it is not cut."""
        if not field.data:
            raise ValidationError("Write a name first.")
        if len(field.data) > MAX_NAME_LENGTH:
            raise ValidationError(
                f"A name has at most {MAX_NAME_LENGTH} characters. This one has {len(field.data):,}."
            )
        if queries.is_survey_name_taken(field.data, besides=self.survey_id):
            raise ValidationError(NAME_TAKEN_ERROR)

    def validate_trigger_keyword(self, field: Field) -> None:
        """A word that may start something, and starts nothing else."""
        if problem := self._find_keyword_problem():
            raise ValidationError(problem)

    def validate_intro_message(self, field: Field) -> None:
        """It fits into one text with the first question."""
        field.errors = [
            *field.errors,
            *list_opening_problems(field.data or "", next(iter(self.entered_questions), None)),
        ]

    def validate_completion_message(self, field: Field) -> None:
        """Placeholders that exist, and not too long."""
        size = count_utf16_units(field.data or "")
        field.errors = [
            *field.errors,
            *message_templates.list_template_problems(field.data or ""),
        ]
        if size > MAX_MESSAGE_CHARACTERS:
            raise ValidationError(
                f"This text has {size:,} characters. The longest text has {MAX_MESSAGE_CHARACTERS:,}."
            )

    def validate_linked_event_id(self, field: Field) -> None:
        """An event that is there, or none."""
        if field.data and events.find_event(self.event_id) is None:
            raise ValidationError("That event was deleted.")

    def validate_new_event(self, field: Field) -> None:
        """Not cut, and not besides another."""
        if field.data and len(field.data) > MAX_EVENT_TITLE_LENGTH:
            raise ValidationError(
                f"A title has at most {MAX_EVENT_TITLE_LENGTH} characters. This one has {len(field.data):,}."
            )
        if field.data and self.linked_event_id.data:
            raise ValidationError("Choose an event, or name a new one, not both.")

    def validate_timeout_hours(self, field: Field) -> None:
        """Hours that can be counted."""
        if not 1 <= (_parse_hours(field) or 0) <= MAX_WAIT_HOURS:
            raise ValidationError(f"Write a number of hours from 1 to {MAX_WAIT_HOURS}.")

    def validate_nudge_hours(self, field: Field) -> None:
        """Hours before the time-out, or none."""
        typed = str(field.data or "").strip()
        if typed and (_parse_hours(field) is None or (_parse_hours(field) or 0) > MAX_WAIT_HOURS):
            raise ValidationError("Write a number of hours, or leave it empty to remind nobody.")
        if (_parse_hours(field) or 0) >= (_parse_hours(self.timeout_hours) or MAX_WAIT_HOURS + 1):
            raise ValidationError("Remind them before the time to wait is over, or leave it empty.")

    @property
    def folded_keyword(self) -> str:
        """The word as it is kept."""
        return fold_text(self.trigger_keyword.data or "")

    @property
    def event_id(self) -> int | None:
        """The chosen event's id; None when what came is no id."""
        typed = (self.linked_event_id.data or "").strip()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None

    @property
    def entered_questions(self) -> list[SurveyQuestion]:
        """The questions; cards at the end that nothing was typed into are none."""
        forms = self.question_forms
        while forms and forms[-1].is_blank:
            forms = forms[:-1]
        return [form.question for form in forms]

    def build_survey_info(self, event_id: int | None) -> SurveyInfo:
        """The survey, once `validate()` was happy; registering people for this event."""
        return SurveyInfo(
            name=self.name.data or "",
            keyword=self.folded_keyword,
            intro_message=self.intro_message.data or "",
            questions=self.entered_questions,
            completion_message=self.completion_message.data or "",
            event_id=event_id,
            timeout_hours=_parse_hours(self.timeout_hours) or 24,
            nudge_hours=_parse_hours(self.nudge_hours) or None,
        )

    @property
    def simulator_draft(self) -> SurveyDraft:
        """What the pretend phone beside the form plays."""
        registers = bool(self.linked_event_id.data or self.new_event.data)
        words = self.intro_message.data or "", self.completion_message.data or ""
        problem = self._find_keyword_problem() if self.folded_keyword else None
        return SurveyDraft(
            self.folded_keyword,
            words[0],
            self.entered_questions,
            words[1],
            registers,
            problem or "",
        )

    def _find_keyword_problem(self) -> str | None:
        typed = self.trigger_keyword.data or ""
        return keyword_parsing.find_keyword_problem(typed) or queries.find_survey_keyword_conflict(
            self.folded_keyword, besides=self.survey_id
        )

    def apply_question_edit(self, what: str) -> "SurveyForm":
        """The same form, everything typed in it, after a button of its questions was pressed."""
        plain = (
            "name",
            "trigger_keyword",
            "intro_message",
            "completion_message",
            "linked_event_id",
            "new_event",
        )
        data = {each: self[each].data for each in (*plain, "timeout_hours", "nudge_hours")}
        data["questions"] = edit_question_list(
            [form.form_data for form in self.question_forms], what
        ) or [BLANK_QUESTION]
        return SurveyForm(formdata=None, data=data, survey_id=self.survey_id)

    def _validate_question_list(self) -> bool:
        found = list_question_problems(self.entered_questions)
        for problem in found:
            if problem.question_index is None:
                self.form_errors.append(problem.sentence)
            else:
                field = self.question_forms[problem.question_index][
                    FORM_FIELD_OF_PROBLEM[problem.field]
                ]
                field.errors = [*field.errors, problem.sentence]
        return not found


def build_survey_form(form: MultiDict[str, str], survey: SurveyFlow | None = None) -> SurveyForm:
    """The posted form.

    Instead of cards it may carry `questions`: each line a question, answered in free words.
    """
    typed = MultiDict(form)
    if survey:
        _fill_missing_fields(typed, build_survey_form_data(survey))
    if "questions" in typed and not any(key.startswith("questions-") for key in typed):
        lines = [
            line
            for text in typed.poplist("questions")
            for line in text.splitlines()
            if line.strip()
        ]
        typed.update({f"questions-{place}-prompt": line for place, line in enumerate(lines)})
    return SurveyForm(typed, survey_id=survey.id if survey else None)


def _fill_missing_fields(typed: MultiDict[str, str], there: dict[str, Any]) -> None:
    """A survey that is there keeps what a form does not speak of."""
    questions = there.pop("questions")
    if not any(key.startswith("questions") for key in typed):
        for place, question in enumerate(questions):
            typed.update(_build_question_post_data(f"questions-{place}", question))
    for name, value in there.items():
        typed.setdefault(name, value)


def _build_question_post_data(prefix: str, question: dict[str, Any]) -> dict[str, str]:
    """A question's fields as a browser would post them."""
    plain = {
        f"{prefix}-{name}": value for name, value in question.items() if isinstance(value, str)
    }
    ticked = {f"{prefix}-required": "y"} if question.get("required") else {}
    ways = {
        f"{prefix}-ways-{place}-{name}": value
        for place, way in enumerate(question["ways"])
        for name, value in way.items()
    }
    return plain | ticked | ways


def is_open_requested(form: MultiDict[str, str], otherwise: bool) -> bool:
    """Whether `is_active` was posted, and says so."""
    return (
        form["is_active"].strip().lower() not in CLOSED_VALUES if "is_active" in form else otherwise
    )


def build_survey_form_data(survey: SurveyFlow) -> dict[str, Any]:
    """A survey as somebody would have typed it."""
    return {
        "name": survey.name,
        "trigger_keyword": survey.trigger_keyword,
        "intro_message": survey.intro_message or "",
        "completion_message": survey.completion_message or "",
        "linked_event_id": str(survey.linked_event_id or ""),
        "timeout_hours": str(survey.timeout_hours),
        "nudge_hours": str(survey.nudge_hours or ""),
        "questions": [
            build_question_form_data(question)
            for question in parse_questions(survey.questions_json)
        ]
        or [BLANK_QUESTION],
    }


def _parse_hours(field: Field) -> int | None:
    typed = str(field.data or "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 6 else None
