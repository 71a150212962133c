"""One question as it is typed.

Every type of question has all the fields, and only those of its type are read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
    ValidationError,
)
from wtforms.widgets import NumberInput, TextArea

from app.core.form_fields import CleanTextField
from app.domain.surveys.question_definitions import (
    END_OF_SURVEY,
    END_WITHOUT_REGISTRATION,
    LANGUAGE_TYPES,
    NO_VALUE,
    QUESTION_TYPE_LABELS,
    YES_VALUE,
    QuestionType,
    SurveyQuestion,
)
from app.domain.surveys.question_problems import MAX_QUESTIONS
from app.domain.texts import text_cleaning
from app.domain.texts.whole_numbers import parse_id

NEXT_QUESTION = ""
# -1 is the end of the survey; question numbers have at most three digits.
BRANCH_TARGET_PATTERN = re.compile(r"-1|\d{1,3}", re.ASCII)
WHOLE_NUMBER_PATTERN = re.compile(r"-?[0-9]{1,9}")
QUESTION_FIELDS = (
    *("prompt", "kind", "choices", "low", "high", "hint", "required", "sets_language"),
)
# The field beside which a problem of a question is shown.
FORM_FIELD_OF_PROBLEM = {
    "leads": "kind",
    "high": "high",
    "prompt": "prompt",
    "choices": "choices",
    "hint": "hint",
}


class AnswerBranchForm(Form):
    """Where one answer leads, and the group of those who finish with it."""

    answer = HiddenField()
    to = SelectField("Leads to", choices={NEXT_QUESTION: "Go on"}, validate_choice=False)
    group = SelectField("Adds to", choices={"": "no group"}, validate_choice=False)


class QuestionForm(Form):
    """One question of a survey."""

    prompt = CleanTextField("Question", widget=TextArea())
    kind = SelectField(
        "Type of answer",
        choices={kind.value: QUESTION_TYPE_LABELS[kind] for kind in QuestionType},
        default=QuestionType.TEXT.value,
        validate_choice=False,
    )
    choices = CleanTextField("Choices", widget=TextArea())
    low = StringField("Smallest number", widget=NumberInput())
    high = StringField("Largest number", widget=NumberInput())
    hint = CleanTextField("When an answer is not understood")
    required = BooleanField("Required")
    sets_language = BooleanField("The answer is the language they read")
    ways = FieldList(FormField(AnswerBranchForm))

    def validate_kind(self, field: Field) -> None:
        """Reject an unknown type of question."""
        if field.data not in set(QuestionType):
            raise ValidationError("Choose a type of answer.")

    def validate_low(self, field: Field) -> None:
        """Reject what is no whole number, where a number is asked for. Empty is fine."""
        if self.selected_kind is not QuestionType.NUMBER or not _get_field_text(field):
            return
        if _parse_signed_number(field) is None:
            raise ValidationError("Enter a whole number, or leave it blank.")

    validate_high = validate_low

    @property
    def selected_kind(self) -> QuestionType:
        """The chosen type; free text until one is chosen."""
        if self.kind.data in set(QuestionType):
            return QuestionType(self.kind.data)
        return QuestionType.TEXT

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into it."""
        return text_cleaning.is_blank_text(self.prompt.data or "") and not self.choice_lines

    @property
    def choice_lines(self) -> list[str]:
        """The choices: one on each line, with single spaces."""
        lines = [" ".join(line.split()) for line in (self.choices.data or "").split("\n")]
        return list(filter(None, lines))

    @property
    def question(self) -> SurveyQuestion:
        """The question as it was typed, whether or not it is one that can be asked."""
        question = SurveyQuestion(
            prompt=self.prompt.data or "",
            question_type=self.selected_kind,
            required=bool(self.required.data),
            hint=self.hint.data or "",
            sets_language=bool(self.sets_language.data) and self.selected_kind in LANGUAGE_TYPES,
        )
        if self.selected_kind is QuestionType.CHOICE:
            question = replace(question, choices=tuple(self.choice_lines))
        elif self.selected_kind is QuestionType.NUMBER:
            low = _parse_signed_number(self.low)
            question = replace(question, low=low, high=_parse_signed_number(self.high))
        branches = {}
        for answer, target in self.selected_branches.items():
            if answer in question.possible_answers and target != NEXT_QUESTION:
                branches[answer] = int(target)
        groups = {}
        for answer, group_id in self.selected_groups.items():
            if answer in question.possible_answers:
                groups[answer] = group_id
        return replace(question, branches=branches, groups=groups)

    @property
    def selected_branches(self) -> dict[str, str]:
        """Where each answer leads, as it was chosen; what is no target leads to the next."""
        branches = {}
        for entry in self.ways:
            target = entry.form.to.data or NEXT_QUESTION
            if not BRANCH_TARGET_PATTERN.fullmatch(target):
                target = NEXT_QUESTION
            branches[entry.form.answer.data or ""] = target
        return branches

    @property
    def selected_groups(self) -> dict[str, int]:
        """The group of each answer, as it was chosen; answers without one are missing."""
        groups = {}
        for entry in self.ways:
            group_id = parse_id((entry.form.group.data or "").strip())
            if group_id is not None:
                groups[entry.form.answer.data or ""] = group_id
        return groups

    @property
    def form_data(self) -> dict[str, Any]:
        """Everything in it, to build the form again."""
        values: dict[str, Any] = {name: self[name].data for name in QUESTION_FIELDS}
        values["ways"] = build_branch_form_data(
            self.selected_branches, self.choice_lines, self.selected_groups
        )
        return values

    def set_group_choices(self, choices: Mapping[str, str]) -> None:
        """Set the groups that answers may lead into, by id; "" for none."""
        for entry in self.ways:
            entry.form.group.choices = dict(choices)

    def set_branch_choices(
        self,
        index: int,
        question_count: int,
        *,
        other_end: str,
    ) -> None:
        """Set where answers of the question at `index` (from 0) may lead: only forwards.

        `other_end`: the label of the end after which nothing is done with who finishes, "" where
        nothing is done anyway.
        """
        targets = {NEXT_QUESTION: "the next question"}
        for number in range(index + 2, min(question_count, MAX_QUESTIONS) + 1):
            targets[str(number)] = f"question {number}"
        targets[str(END_OF_SURVEY)] = "the end"
        if other_end:
            targets[str(END_WITHOUT_REGISTRATION)] = other_end
        for entry in self.ways:
            chosen = entry.form.to.data or NEXT_QUESTION
            choices = dict(targets)
            # A target that is there no more stays chosen, and validation reports it.
            if chosen not in choices:
                choices[chosen] = "the end" if chosen == "-1" else f"question {chosen}"
            entry.form.to.choices = choices


def build_branch_form_data(
    branches: Mapping[str, str], choice_lines: Sequence[str], groups: Mapping[str, int]
) -> list[dict[str, str]]:
    """Return the form data of where answers lead: of yes and no, and of each choice."""
    rows = []
    for answer in dict.fromkeys([YES_VALUE, NO_VALUE, *choice_lines]):
        target = branches.get(answer, NEXT_QUESTION)
        rows.append({"answer": answer, "to": target, "group": str(groups.get(answer, ""))})
    return rows


def build_question_form_data(question: SurveyQuestion) -> dict[str, Any]:
    """Return a question as somebody would have typed it."""
    branches = {answer: str(target) for answer, target in question.branches.items()}
    return {
        "prompt": question.prompt,
        "kind": question.question_type.value,
        "choices": "\n".join(question.choices),
        "low": _format_bound(question.low),
        "high": _format_bound(question.high),
        "hint": question.hint,
        "required": question.required,
        "sets_language": question.sets_language,
        "ways": build_branch_form_data(branches, question.choices, question.groups),
    }


def _format_bound(bound: int | None) -> str:
    return "" if bound is None else str(bound)


def _get_field_text(field: Field) -> str:
    return str(field.data or "").strip()


def _parse_signed_number(field: Field) -> int | None:
    typed = _get_field_text(field)
    return int(typed) if WHOLE_NUMBER_PATTERN.fullmatch(typed) else None
