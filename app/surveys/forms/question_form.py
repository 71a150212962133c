"""One question as it is typed: every kind of question has all its fields, and only those of its
kind are read.
"""

import re
from collections.abc import Sequence
from typing import Any

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
from wtforms.widgets import NumberInput, TextArea

from app.core.form_fields import CleanTextField
from app.domain.surveys.question_definitions import (
    END_OF_SURVEY,
    END_WITHOUT_REGISTRATION,
    MAX_QUESTIONS,
    NO_VALUE,
    QUESTION_TYPE_LABELS,
    YES_VALUE,
    QuestionType,
    SurveyQuestion,
)
from app.domain.texts import text_cleaning

LARGEST_NUMBER = 999_999_999
NEXT_QUESTION = ""
ANSWER_LABELS = {YES_VALUE: "Yes", NO_VALUE: "No"}
# A survey's problems are said beside these fields.
FORM_FIELD_OF_PROBLEM = {
    "leads": "kind",
    "high": "high",
    "prompt": "prompt",
    "choices": "choices",
    "hint": "hint",
}


class AnswerBranchForm(Form):
    """Where one answer leads."""

    answer = HiddenField()
    to = SelectField("Leads to", choices={NEXT_QUESTION: "Go on"}, validate_choice=False)


class QuestionForm(Form):
    """One question."""

    prompt = CleanTextField("Question", widget=TextArea())
    kind = SelectField(
        "They answer with",
        choices={each.value: QUESTION_TYPE_LABELS[each] for each in QuestionType},
        default=QuestionType.TEXT.value,
        validate_choice=False,
    )
    choices = CleanTextField("Choices", widget=TextArea())
    low = StringField("Smallest", widget=NumberInput())
    high = StringField("Largest", widget=NumberInput())
    hint = CleanTextField("When an answer is not understood")
    required = BooleanField("Needs an answer")
    ways = FieldList(FormField(AnswerBranchForm))

    def validate_kind(self, field: Field) -> None:
        """One of those there are."""
        if field.data not in set(QuestionType):
            raise Wrong("Choose what they answer with.")

    def validate_low(self, field: Field) -> None:
        """A whole number, or nothing."""
        if (
            self.selected_kind is QuestionType.NUMBER
            and _get_field_text(field)
            and _parse_whole_number(field) is None
        ):
            raise Wrong("Write a whole number, or leave it empty.")

    validate_high = validate_low

    @property
    def selected_kind(self) -> QuestionType:
        """Its kind; free words until one is chosen."""
        return (
            QuestionType(self.kind.data)
            if self.kind.data in set(QuestionType)
            else QuestionType.TEXT
        )

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into it."""
        return text_cleaning.is_blank_text(self.prompt.data or "") and not self.choice_lines

    @property
    def choice_lines(self) -> list[str]:
        """The choices: one on each line, with single spaces."""
        lines = (" ".join(line.split()) for line in (self.choices.data or "").split("\n"))
        return [line for line in lines if line]

    @property
    def question(self) -> SurveyQuestion:
        """The question as it was typed, whether or not it is one that can be asked."""
        number, choices = (
            self.selected_kind is QuestionType.NUMBER,
            tuple(self.choice_lines) if self.selected_kind is QuestionType.CHOICE else (),
        )
        asked = SurveyQuestion(
            prompt=self.prompt.data or "",
            question_type=self.selected_kind,
            choices=choices,
            low=_parse_whole_number(self.low) if number else None,
            high=_parse_whole_number(self.high) if number else None,
            required=bool(self.required.data),
            hint=self.hint.data or "",
        )
        leads = {
            answer: int(to)
            for answer, to in self.selected_branches.items()
            if answer in asked.possible_answers and to != NEXT_QUESTION
        }
        return SurveyQuestion(**{**asked.__dict__, "branches": leads})

    @property
    def selected_branches(self) -> dict[str, str]:
        """Where each answer leads, as it was chosen."""
        typed = {
            way.answer.data or "": way.to.data or NEXT_QUESTION
            for way in (entry.form for entry in self.ways)
        }
        return {
            answer: to if re.fullmatch(r"-1|\d{1,3}", to, re.ASCII) else NEXT_QUESTION
            for answer, to in typed.items()
        }

    @property
    def form_data(self) -> dict[str, Any]:
        """Everything in it, to build the form again."""
        names = ("prompt", "kind", "choices", "low", "high", "hint", "required")
        return {name: self[name].data for name in names} | {
            "ways": build_branch_form_data(self.selected_branches, self.choice_lines)
        }

    def set_branch_choices(self, place: int, number: int, *, has_event: bool) -> None:
        """Say where answers of question `place` (from 0) of `number` may lead: only forwards."""
        to = {NEXT_QUESTION: "the next question"}
        to |= {
            str(other): f"question {other}"
            for other in range(place + 2, min(number, MAX_QUESTIONS) + 1)
        }
        to[str(END_OF_SURVEY)] = "the end"
        if has_event:
            to[str(END_WITHOUT_REGISTRATION)] = "the end, without registering"
        for entry in self.ways:
            chosen = entry.form.to.data or NEXT_QUESTION
            more = (
                {}
                if chosen in to
                else {chosen: f"question {chosen}" if chosen != "-1" else "the end"}
            )
            entry.form.to.choices = to | more


def build_branch_form_data(leads: dict[str, str], lines: Sequence[str]) -> list[dict[str, str]]:
    """The ways of a question as the form shows them: of yes and no, and of each choice."""
    answers = dict.fromkeys([YES_VALUE, NO_VALUE, *lines])
    return [{"answer": answer, "to": leads.get(answer, NEXT_QUESTION)} for answer in answers]


def build_question_form_data(question: SurveyQuestion) -> dict[str, Any]:
    """A question as somebody would have typed it."""
    return {
        "prompt": question.prompt,
        "kind": question.question_type.value,
        "choices": "\n".join(question.choices),
        "low": "" if question.low is None else str(question.low),
        "high": "" if question.high is None else str(question.high),
        "hint": question.hint,
        "required": question.required,
        "ways": build_branch_form_data(
            {answer: str(to) for answer, to in question.branches.items()},
            question.choices,
        ),
    }


def _get_field_text(field: Field) -> str:
    return str(field.data or "").strip()


def _parse_whole_number(field: Field) -> int | None:
    typed = _get_field_text(field)
    if not re.fullmatch(r"-?[0-9]{1,9}", typed):
        return None
    return int(typed)
