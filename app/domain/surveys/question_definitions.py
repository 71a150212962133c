"""The questions of a survey: their types, how they are stored, and how they are texted."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain.surveys.survey_words import YES_WORDS, SurveyPhrase, find_survey_language, say
from app.domain.texts.text_intent import fold_text
from app.domain.texts.text_languages import DEFAULT_LANGUAGE

MAX_CHOICES = 20
LEAVE_WORD_PATTERN = re.compile(r"\b(?:DONE|LISTO|FINI)\b")
CHOICE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
YES_VALUE = "yes"
NO_VALUE = "no"
# Where an answer may lead, besides to a question, whose numbers begin with 1.
END_OF_SURVEY = 0
END_WITHOUT_REGISTRATION = -1


class QuestionType(StrEnum):
    """What a question asks for. The values are stored."""

    TEXT = "text"
    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"


FREE_TEXT_TYPES = (QuestionType.TEXT, QuestionType.NAME)
# Whose answers may name a language.
LANGUAGE_TYPES = (QuestionType.TEXT, QuestionType.CHOICE)
QUESTION_TYPE_LABELS = {
    QuestionType.TEXT: "Free text",
    QuestionType.YES_NO: "Yes or no",
    QuestionType.CHOICE: "Multiple choice",
    QuestionType.NUMBER: "A number",
    QuestionType.DATE: "A date",
    QuestionType.NAME: "Their name",
}


@dataclass(frozen=True)
class SurveyQuestion:
    """One question.

    `low` and `high` are the bounds of a number; `required` means that SKIP does not skip it.
    `branches` maps an answer (yes, no, or a choice) to where it leads: the number of a later
    question from 1, END_OF_SURVEY, or END_WITHOUT_REGISTRATION (the survey ends, and the person
    is not registered for its event). Every other answer leads to the next question. `groups` maps
    an answer to the id of the group that those who finish with it are put into. `sets_language`:
    the answer names the language that the person reads. `language`: of the question as it is
    asked (BCP 47), for what is said beside it; it is not stored.
    """

    prompt: str
    question_type: QuestionType = QuestionType.TEXT
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    required: bool = False
    hint: str = ""
    branches: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    sets_language: bool = False
    language: str = DEFAULT_LANGUAGE

    @property
    def is_prompt_only(self) -> bool:
        """Whether it is free text without settings, so that it is stored as a string."""
        return self == SurveyQuestion(self.prompt)

    @property
    def possible_answers(self) -> tuple[str, ...]:
        """Every value an answer can have, or () where they cannot be listed."""
        if self.question_type is QuestionType.YES_NO:
            return (YES_VALUE, NO_VALUE)
        if self.question_type is QuestionType.CHOICE:
            return self.choices
        return ()

    @property
    def choice_labels(self) -> tuple[str, ...]:
        """The labels before the choices: 1 2 3, or A B C where a choice begins with a digit."""
        if any(fold_text(choice)[:1].isdecimal() for choice in self.choices):
            # A text "2" would name both the label 2 and the choice "2 tickets".
            return tuple(CHOICE_LETTERS[: len(self.choices)])
        return tuple(map(str, range(1, len(self.choices) + 1)))

    @property
    def message_text(self) -> str:
        """The question as it is texted."""
        if self.question_type is QuestionType.CHOICE:
            lines = map(" ".join, zip(self.choice_labels, self.choices, strict=True))
            return "\n".join([self.prompt, *lines])
        if self.question_type is QuestionType.YES_NO and not self._mentions_yes:
            return f"{self.prompt} {say(SurveyPhrase.YES_OR_NO, self.language)}"
        return self.prompt

    @property
    def _mentions_yes(self) -> bool:
        word = YES_WORDS[find_survey_language(self.language)]
        return re.search(rf"\b{word}\b", fold_text(self.prompt)) is not None


def parse_questions(questions_json: str) -> tuple[SurveyQuestion, ...]:
    """Return the questions of a stored survey. Leaves out what cannot be read; never raises."""
    try:
        items = json.loads(questions_json or "[]")
    except ValueError:
        return ()
    if not isinstance(items, list):
        return ()
    questions = map(_parse_question, items)
    return tuple(question for question in questions if question and question.prompt)


def _parse_question(item: Any) -> SurveyQuestion | None:
    if isinstance(item, str):
        return SurveyQuestion(item.strip())
    if not isinstance(item, dict):
        return None
    question_type = QuestionType.TEXT
    if item.get("type") in set(QuestionType):
        question_type = QuestionType(item["type"])
    choices: tuple[str, ...] = ()
    if question_type is QuestionType.CHOICE:
        choices = _parse_choices(item.get("choices") or ())
        if not choices:
            question_type = QuestionType.TEXT
    return SurveyQuestion(
        prompt=str(item.get("prompt") or "").strip(),
        question_type=question_type,
        choices=choices,
        low=_parse_integer(item.get("min")),
        high=_parse_integer(item.get("max")),
        required=bool(item.get("required")),
        hint=str(item.get("hint") or ""),
        branches=_parse_answer_numbers(item.get("leads")),
        groups=_parse_answer_numbers(item.get("groups")),
        sets_language=bool(item.get("sets_language")),
    )


def _parse_choices(items: Sequence[Any]) -> tuple[str, ...]:
    choices = [choice for choice in map(str, items) if choice.strip()]
    return tuple(choices[:MAX_CHOICES])


def _parse_answer_numbers(item: Any) -> dict[str, int]:
    numbers: dict[str, int] = {}
    if isinstance(item, dict):
        for answer, value in item.items():
            number = _parse_integer(value)
            if number is not None:
                numbers[str(answer)] = number
    return numbers


def _parse_integer(value: Any) -> int | None:
    # bool is a subclass of int.
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value


def serialize_questions(questions: Sequence[SurveyQuestion]) -> str:
    """Return the questions as JSON, as parse_questions() reads them; what is unset is omitted."""
    return json.dumps(list(map(_serialize_question, questions)), ensure_ascii=False)


def _serialize_question(question: SurveyQuestion) -> str | dict[str, Any]:
    if question.is_prompt_only:
        return question.prompt
    settings = {
        "prompt": question.prompt,
        "type": question.question_type.value,
        "choices": list(question.choices),
        "min": question.low,
        "max": question.high,
        "required": question.required,
        "hint": question.hint,
        "leads": dict(question.branches),
        "groups": dict(question.groups),
        "sets_language": question.sets_language,
    }
    return {name: value for name, value in settings.items() if not _is_unset(value)}


def _is_unset(value: Any) -> bool:
    """Whether a setting is not stored. 0 is set: it is the bound of a number."""
    return value is None or value is False or value in ("", [], {})


def build_opening_text(intro: str, first_question: str, language: str = DEFAULT_LANGUAGE) -> str:
    """Return the first text of a survey: the introduction, the first question, how to leave.

    How to leave is left out when one of the two says DONE already, in whatever language.
    """
    lines = [intro.strip(), first_question]
    if not LEAVE_WORD_PATTERN.search(f"{intro} {first_question}"):
        lines.append(say(SurveyPhrase.HOW_TO_LEAVE, language))
    return "\n".join(filter(None, lines))
