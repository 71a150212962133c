"""The questions of a survey: what they ask for, how they are kept, how they read, and what is
wrong with them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain import wording
from app.domain.replies import Meaning, folded, meaning_of
from app.domain.segments import LIMIT, characters

MOST_QUESTIONS, MOST_CHOICES = 40, 20
LONGEST_CHOICE, LONGEST_HINT, LONGEST_ASKED = 60, 160, 1200
END, END_UNREGISTERED = 0, -1  # where an answer may lead, besides to a question
COMMANDS = {"DONE": "leaves a survey", "SKIP": "passes a question", "BACK": "goes back"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
YES, NO = "yes", "no"


class Ask(StrEnum):
    """What a question asks for."""

    TEXT = "text"
    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"


FREE_WORDS = (Ask.TEXT, Ask.NAME)
ASK_WORDS = {
    Ask.TEXT: "Free words",
    Ask.YES_NO: "Yes or no",
    Ask.CHOICE: "A choice",
    Ask.NUMBER: "A number",
    Ask.DATE: "A day",
    Ask.NAME: "Their name",
}


@dataclass(frozen=True)
class Question:
    """One question. `low`, `high`: bounds of a number. `required`: SKIP does not pass it.

    `leads`: where an answer (yes, no, or a choice) leads: the number of a later question from
    1, END, or END_UNREGISTERED (the survey ends, and nobody is registered for its event). Other
    answers lead to the next question.
    """

    prompt: str
    ask: Ask = Ask.TEXT
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    required: bool = False
    hint: str = ""
    leads: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but free words, so that it is kept as a string."""
        return self == Question(self.prompt)

    @property
    def answers(self) -> tuple[str, ...]:
        """Every value it can have, where these can be listed."""
        return (
            (YES, NO)
            if self.ask is Ask.YES_NO
            else self.choices
            if self.ask is Ask.CHOICE
            else ()
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """What stands before each choice: 1 2 3, or A B C where a choice begins with a digit
        itself.
        """
        if any(folded(choice)[:1].isdigit() for choice in self.choices):
            return tuple(LETTERS[: len(self.choices)])
        return tuple(str(place) for place in range(1, len(self.choices) + 1))

    @property
    def asked(self) -> str:
        """The question as it is texted."""
        if self.ask is Ask.CHOICE:
            lines = (
                f"{label} {choice}"
                for label, choice in zip(self.labels, self.choices, strict=True)
            )
            return "\n".join([self.prompt, *lines])
        if self.ask is Ask.YES_NO and not re.search(r"\bYES\b", folded(self.prompt)):
            return f"{self.prompt} Reply YES or NO."
        return self.prompt


def parse(kept: str) -> tuple[Question, ...]:
    """The questions of `questions_json`: strings are free words.

    What cannot be read is left out, never raised.
    """
    try:
        items = json.loads(kept or "[]")
    except ValueError:
        return ()
    read = (_parsed(item) for item in items) if isinstance(items, list) else ()
    return tuple(question for question in read if question and question.prompt)


def _parsed(item: Any) -> Question | None:
    if isinstance(item, str):
        return Question(item.strip())
    if not isinstance(item, dict):
        return None
    choices = tuple(
        str(choice) for choice in item.get("choices") or () if str(choice).strip()
    )[:MOST_CHOICES]
    kind = Ask(item["type"]) if item.get("type") in set(Ask) else Ask.TEXT
    leads = item.get("leads")
    return Question(
        prompt=str(item.get("prompt") or "").strip(),
        ask=Ask.TEXT if kind is Ask.CHOICE and not choices else kind,
        choices=choices if kind is Ask.CHOICE else (),
        low=_whole(item.get("min")),
        high=_whole(item.get("max")),
        required=bool(item.get("required")),
        hint=str(item.get("hint") or ""),
        leads={str(key): to for key, to in leads.items() if _whole(to) is not None}
        if isinstance(leads, dict)
        else {},
    )


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def kept(questions: Sequence[Question]) -> str:
    """The questions as `questions_json` keeps them: `parse` reads them back."""
    return json.dumps([_kept(question) for question in questions], ensure_ascii=False)


def _kept(question: Question) -> str | dict[str, Any]:
    if question.is_plain:
        return question.prompt
    whole = {
        "prompt": question.prompt,
        "type": question.ask.value,
        "choices": list(question.choices),
        "min": question.low,
        "max": question.high,
        "required": question.required,
        "hint": question.hint,
        "leads": dict(question.leads),
    }
    return {
        key: value
        for key, value in whole.items()
        if value not in (None, False, "", [], {})
    }


@dataclass(frozen=True)
class Problem:
    """Something wrong: `place` is the question's, from 0 (None: of all together); `field` where
    to say it.
    """

    place: int | None
    field: str
    sentence: str


def problems_with(questions: Sequence[Question]) -> list[Problem]:
    """Everything that keeps these from being a survey."""
    found = (
        [_of_number(len(questions))]
        if not 1 <= len(questions) <= MOST_QUESTIONS
        else []
    )
    seen: dict[str, int] = {}
    for place, question in enumerate(questions):
        said = [
            *_of_prompt(question),
            *_of_choices(question),
            *_of_bounds(question),
            *_of_hint(question),
        ]
        twin = seen.setdefault(folded(question.prompt), place)
        if twin != place and question.prompt:
            said.append(
                (
                    "prompt",
                    f"Question {twin + 1} asks the same. Ask it once, or word it differently.",
                )
            )
        said += _of_leads(question, place, len(questions))
        found += [Problem(place, where, sentence) for where, sentence in said]
    return found


def _of_number(number: int) -> Problem:
    if not number:
        return Problem(None, "questions", "Write at least one question.")
    return Problem(
        None,
        "questions",
        f"A survey has at most {MOST_QUESTIONS} questions. This one has {number:,}.",
    )


def _of_prompt(question: Question) -> list[tuple[str, str]]:
    if wording.is_blank(question.prompt):
        return [("prompt", "Write the question first.")]
    size = characters(question.asked)
    long = f"This question has {size:,} characters{' with its choices' if question.choices else ''}."
    found = (
        [("prompt", f"{long} The longest has {LONGEST_ASKED:,}.")]
        if size > LONGEST_ASKED
        else []
    )
    return found + [
        ("prompt", sentence)
        for sentence in wording.problems_with(question.prompt, of_event=False)
    ]


def _of_choices(question: Question) -> list[tuple[str, str]]:
    if question.ask is not Ask.CHOICE:
        return []
    if not 2 <= len(question.choices) <= MOST_CHOICES:
        return [
            ("choices", f"Write from 2 to {MOST_CHOICES} choices, one on each line.")
        ]
    sentences = [
        sentence for choice in question.choices if (sentence := _of_choice(choice))
    ]
    words = [folded(choice) for choice in question.choices]
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


def _of_choice(choice: str) -> str | None:
    word = folded(choice)
    if len(choice) > LONGEST_CHOICE:
        return f"A choice has at most {LONGEST_CHOICE} characters: “{choice[:20]}…” has {len(choice)}."
    if not word:
        return f"“{choice}” has no letters or digits that somebody could text."
    if meaning_of(word) is not Meaning.SPEECH:
        return f"{word} cannot be a choice: whoever texts it says something to the phone company, not to you."
    if word in COMMANDS:
        return f"{word} cannot be a choice: it {COMMANDS[word]}."
    return next(iter(wording.problems_with(choice, of_event=False)), None)


def _of_bounds(question: Question) -> list[tuple[str, str]]:
    if (
        question.low is not None
        and question.high is not None
        and question.low > question.high
    ):
        return [("high", "The largest number is smaller than the smallest one.")]
    return []


def _of_hint(question: Question) -> list[tuple[str, str]]:
    size = characters(question.hint)
    found = (
        [f"A hint has at most {LONGEST_HINT} characters. This one has {size}."]
        if size > LONGEST_HINT
        else []
    )
    return [
        ("hint", each)
        for each in found + wording.problems_with(question.hint, of_event=False)
    ]


def _of_leads(question: Question, place: int, number: int) -> list[tuple[str, str]]:
    """Only forwards: a survey that leads back never ends."""
    wrong = [
        to
        for to in question.leads.values()
        if to not in (END, END_UNREGISTERED) and not place + 1 < to <= number
    ]
    strange = [answer for answer in question.leads if answer not in question.answers]
    if wrong:
        return [("leads", "An answer can lead to a later question, or to the end.")]
    return (
        [("leads", f"“{strange[0]}” is no answer to this question.")] if strange else []
    )


def problems_with_opening(intro: str, first: Question | None) -> list[str]:
    """What is wrong with the words before the first question, which are sent with it in one
    text.
    """
    size = characters(opening(intro, first.asked)) if first else 0
    found = [
        f"With the first question this has {size:,} characters. The longest text has {LIMIT:,}."
    ]
    return wording.problems_with(intro, of_event=False) + (
        found if size > LIMIT else []
    )


def opening(intro: str, first: str) -> str:
    """The first text: the words before, the first question, and how to leave, unless that is
    said already.
    """
    lines = [intro.strip(), first]
    if not re.search(r"\bDONE\b", f"{intro} {first}"):
        lines.append("Text DONE to leave this survey.")
    return "\n".join(line for line in lines if line)
