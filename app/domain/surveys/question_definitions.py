"""The questions of a survey: what they ask for, how they are kept, how they read, and what is
wrong with them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.text_intent import TextIntent, classify_text, fold_text

MAX_QUESTIONS, MAX_CHOICES = 40, 20
MAX_CHOICE_LENGTH, MAX_HINT_LENGTH, MAX_QUESTION_LENGTH = 60, 160, 1200
END_OF_SURVEY, END_WITHOUT_REGISTRATION = (
    0,
    -1,
)  # where an answer may lead, besides to a question
SURVEY_COMMAND_MEANINGS = {
    "DONE": "leaves a survey",
    "SKIP": "passes a question",
    "BACK": "goes back",
}
CHOICE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
YES_VALUE, NO_VALUE = "yes", "no"


class QuestionType(StrEnum):
    """What a question asks for."""

    TEXT = "text"
    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"


FREE_TEXT_TYPES = (QuestionType.TEXT, QuestionType.NAME)
QUESTION_TYPE_LABELS = {
    QuestionType.TEXT: "Free words",
    QuestionType.YES_NO: "Yes or no",
    QuestionType.CHOICE: "A choice",
    QuestionType.NUMBER: "A number",
    QuestionType.DATE: "A day",
    QuestionType.NAME: "Their name",
}


@dataclass(frozen=True)
class SurveyQuestion:
    """One question. `low`, `high`: bounds of a number. `required`: SKIP does not pass it.

    `leads`: where an answer (yes, no, or a choice) leads: the number of a later question from
    1, END, or END_UNREGISTERED (the survey ends, and nobody is registered for its event). Other
    answers lead to the next question.
    """

    prompt: str
    question_type: QuestionType = QuestionType.TEXT
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    required: bool = False
    hint: str = ""
    branches: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_prompt_only(self) -> bool:
        """Whether it is nothing but free words, so that it is kept as a string."""
        return self == SurveyQuestion(self.prompt)

    @property
    def possible_answers(self) -> tuple[str, ...]:
        """Every value it can have, where these can be listed."""
        return (
            (YES_VALUE, NO_VALUE)
            if self.question_type is QuestionType.YES_NO
            else self.choices
            if self.question_type is QuestionType.CHOICE
            else ()
        )

    @property
    def choice_labels(self) -> tuple[str, ...]:
        """What stands before each choice: 1 2 3, or A B C where a choice begins with a digit
        itself.
        """
        if any(fold_text(choice)[:1].isdigit() for choice in self.choices):
            return tuple(CHOICE_LETTERS[: len(self.choices)])
        return tuple(str(place) for place in range(1, len(self.choices) + 1))

    @property
    def message_text(self) -> str:
        """The question as it is texted."""
        if self.question_type is QuestionType.CHOICE:
            lines = (
                f"{label} {choice}"
                for label, choice in zip(self.choice_labels, self.choices, strict=True)
            )
            return "\n".join([self.prompt, *lines])
        if self.question_type is QuestionType.YES_NO and not re.search(
            r"\bYES\b", fold_text(self.prompt)
        ):
            return f"{self.prompt} Reply YES or NO."
        return self.prompt


def parse_questions(kept: str) -> tuple[SurveyQuestion, ...]:
    """The questions of `questions_json`: strings are free words.

    What cannot be read is left out, never raised.
    """
    try:
        items = json.loads(kept or "[]")
    except ValueError:
        return ()
    read = (_parse_question(item) for item in items) if isinstance(items, list) else ()
    return tuple(question for question in read if question and question.prompt)


def _parse_question(item: Any) -> SurveyQuestion | None:
    if isinstance(item, str):
        return SurveyQuestion(item.strip())
    if not isinstance(item, dict):
        return None
    choices = tuple(str(choice) for choice in item.get("choices") or () if str(choice).strip())[
        :MAX_CHOICES
    ]
    kind = (
        QuestionType(item["type"]) if item.get("type") in set(QuestionType) else QuestionType.TEXT
    )
    leads = item.get("leads")
    return SurveyQuestion(
        prompt=str(item.get("prompt") or "").strip(),
        question_type=QuestionType.TEXT if kind is QuestionType.CHOICE and not choices else kind,
        choices=choices if kind is QuestionType.CHOICE else (),
        low=_parse_integer(item.get("min")),
        high=_parse_integer(item.get("max")),
        required=bool(item.get("required")),
        hint=str(item.get("hint") or ""),
        branches={str(key): to for key, to in leads.items() if _parse_integer(to) is not None}
        if isinstance(leads, dict)
        else {},
    )


def _parse_integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def serialize_questions(questions: Sequence[SurveyQuestion]) -> str:
    """The questions as `questions_json` keeps them: `parse` reads them back."""
    return json.dumps([_serialize_question(question) for question in questions], ensure_ascii=False)


def _serialize_question(question: SurveyQuestion) -> str | dict[str, Any]:
    if question.is_prompt_only:
        return question.prompt
    whole = {
        "prompt": question.prompt,
        "type": question.question_type.value,
        "choices": list(question.choices),
        "min": question.low,
        "max": question.high,
        "required": question.required,
        "hint": question.hint,
        "leads": dict(question.branches),
    }
    return {key: value for key, value in whole.items() if value not in (None, False, "", [], {})}


@dataclass(frozen=True)
class QuestionProblem:
    """Something wrong: `place` is the question's, from 0 (None: of all together); `field` where
    to say it.
    """

    question_index: int | None
    field: str
    sentence: str


def list_question_problems(
    questions: Sequence[SurveyQuestion],
) -> list[QuestionProblem]:
    """Everything that keeps these from being a survey."""
    found = (
        [_check_question_count(len(questions))] if not 1 <= len(questions) <= MAX_QUESTIONS else []
    )
    seen: dict[str, int] = {}
    for place, question in enumerate(questions):
        said = [
            *_check_prompt(question),
            *_check_choices(question),
            *_check_bounds(question),
            *_check_hint(question),
        ]
        twin = seen.setdefault(fold_text(question.prompt), place)
        if twin != place and question.prompt:
            said.append(
                (
                    "prompt",
                    f"Question {twin + 1} asks the same. Ask it once, or word it differently.",
                )
            )
        said += _check_branches(question, place, len(questions))
        found += [QuestionProblem(place, where, sentence) for where, sentence in said]
    return found


def _check_question_count(number: int) -> QuestionProblem:
    if not number:
        return QuestionProblem(None, "questions", "Write at least one question.")
    return QuestionProblem(
        None,
        "questions",
        f"A survey has at most {MAX_QUESTIONS} questions. This one has {number:,}.",
    )


def _check_prompt(question: SurveyQuestion) -> list[tuple[str, str]]:
    if text_cleaning.is_blank_text(question.prompt):
        return [("prompt", "Write the question first.")]
    size = count_utf16_units(question.message_text)
    long = (
        f"This question has {size:,} characters{' with its choices' if question.choices else ''}."
    )
    found = (
        [("prompt", f"{long} The longest has {MAX_QUESTION_LENGTH:,}.")]
        if size > MAX_QUESTION_LENGTH
        else []
    )
    return found + [
        ("prompt", sentence)
        for sentence in message_templates.list_template_problems(question.prompt, of_event=False)
    ]


def _check_choices(question: SurveyQuestion) -> list[tuple[str, str]]:
    if question.question_type is not QuestionType.CHOICE:
        return []
    if not 2 <= len(question.choices) <= MAX_CHOICES:
        return [("choices", f"Write from 2 to {MAX_CHOICES} choices, one on each line.")]
    sentences = [sentence for choice in question.choices if (sentence := _check_choice(choice))]
    words = [fold_text(choice) for choice in question.choices]
    twice = next(
        (
            choice
            for choice, word in zip(question.choices, words, strict=True)
            if words.count(word) > 1
        ),
        None,
    )
    if twice:
        sentences.append(f"“{twice}” is there twice.")
    return [("choices", sentence) for sentence in sentences]


def _check_choice(choice: str) -> str | None:
    word = fold_text(choice)
    if len(choice) > MAX_CHOICE_LENGTH:
        return f"A choice has at most {MAX_CHOICE_LENGTH} characters: “{choice[:20]}…” has {len(choice)}."
    if not word:
        return f"“{choice}” has no letters or digits that somebody could text."
    if classify_text(word) is not TextIntent.CONVERSATION:
        return f"{word} cannot be a choice: whoever texts it says something to the phone company, not to you."
    if word in SURVEY_COMMAND_MEANINGS:
        return f"{word} cannot be a choice: it {SURVEY_COMMAND_MEANINGS[word]}."
    return next(iter(message_templates.list_template_problems(choice, of_event=False)), None)


def _check_bounds(question: SurveyQuestion) -> list[tuple[str, str]]:
    if question.low is not None and question.high is not None and question.low > question.high:
        return [("high", "The largest number is smaller than the smallest one.")]
    return []


def _check_hint(question: SurveyQuestion) -> list[tuple[str, str]]:
    size = count_utf16_units(question.hint)
    found = (
        [f"A hint has at most {MAX_HINT_LENGTH} characters. This one has {size}."]
        if size > MAX_HINT_LENGTH
        else []
    )
    return [
        ("hint", each)
        for each in found + message_templates.list_template_problems(question.hint, of_event=False)
    ]


def _check_branches(question: SurveyQuestion, place: int, number: int) -> list[tuple[str, str]]:
    """Only forwards: a survey that leads back never ends."""
    wrong = [
        to
        for to in question.branches.values()
        if to not in (END_OF_SURVEY, END_WITHOUT_REGISTRATION) and not place + 1 < to <= number
    ]
    strange = [answer for answer in question.branches if answer not in question.possible_answers]
    if wrong:
        return [("leads", "An answer can lead to a later question, or to the end.")]
    return [("leads", f"“{strange[0]}” is no answer to this question.")] if strange else []


def list_opening_problems(intro: str, first: SurveyQuestion | None) -> list[str]:
    """What is wrong with the words before the first question, which are sent with it in one
    text.
    """
    size = count_utf16_units(build_opening_text(intro, first.message_text)) if first else 0
    found = [
        f"With the first question this has {size:,} characters. The longest text has {MAX_MESSAGE_CHARACTERS:,}."
    ]
    return message_templates.list_template_problems(intro, of_event=False) + (
        found if size > MAX_MESSAGE_CHARACTERS else []
    )


def build_opening_text(intro: str, first: str) -> str:
    """The first text: the words before, the first question, and how to leave, unless that is
    said already.
    """
    lines = [intro.strip(), first]
    if not re.search(r"\bDONE\b", f"{intro} {first}"):
        lines.append("Text DONE to leave this survey.")
    return "\n".join(line for line in lines if line)
