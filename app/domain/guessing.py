"""What a text may mean that was not understood: a person looks at the guess before it counts."""

import re
import unicodedata
from collections.abc import Callable

from app.domain.answer_words import WORDS
from app.domain.dates import Calendar
from app.domain.questions import NO, YES, Ask, Question
from app.domain.reading import NUMBERS, plainly, read

# "5 or 6", "2-3", "half of us": nobody should be led to add these up.
EITHER = frozenset(
    {
        "OR",
        "OU",
        "O",
        "MAYBE",
        "BETWEEN",
        "TO",
        "HALF",
        "DOZEN",
        "MEDIA",
        "DOCENA",
        "DEMI",
    }
)
NO_SUM = re.compile(r"\d\s*[-–/:.,%*]\s*\d|[$€£%]")
SHORTEST_WORD = 3


def guess(question: Question, text: str, calendar: Calendar) -> str | None:
    """The answer that a person would most likely read in it, as it would be kept; None where
    that is anybody's guess.

    Numbers are added up ("2 adults and 3 kids" is 5); a choice is the only one that is named;
    yes or no, where only one of them is said.
    """
    guessed = GUESSES[question.ask](question, text) if question.ask in GUESSES else None
    return read(question, guessed, calendar) if guessed else None


def _number(question: Question, text: str) -> str | None:
    words = plainly(unicodedata.normalize("NFKC", text)).split()
    if set(words) & EITHER or NO_SUM.search(text):
        return None
    values = [
        int(word) if word.isdigit() else NUMBERS.get(word)
        for word in words
        if len(word) < 10
    ]
    found = [value for value in values if value is not None]
    return str(sum(found)) if found else None


def _choice(question: Question, text: str) -> str | None:
    words = {word for word in plainly(text).split() if len(word) >= SHORTEST_WORD}
    named = [
        choice for choice in question.choices if words & _words_of(choice, question)
    ]
    labels = [
        label
        for label in question.labels
        if label in plainly(text).split() and not label.isalpha()
    ]
    return (
        named[0]
        if len(named) == 1
        else labels[0]
        if len(labels) == 1 and not named
        else None
    )


def _words_of(choice: str, question: Question) -> set[str]:
    """The words by which a choice is told from the others."""
    others = {
        word
        for other in question.choices
        if other != choice
        for word in plainly(other).split()
    }
    return {
        word for word in plainly(choice).split() if len(word) >= SHORTEST_WORD
    } - others


def _yes_no(question: Question, text: str) -> str | None:
    words = set(plainly(text).split())
    says_yes, says_no = (
        words & WORDS["begin yes"],
        words & (WORDS["begin no"] | WORDS["against"]),
    )
    return None if bool(says_yes) == bool(says_no) else YES if says_yes else NO


GUESSES: dict[Ask, Callable[[Question, str], str | None]] = {
    Ask.NUMBER: _number,
    Ask.CHOICE: _choice,
    Ask.YES_NO: _yes_no,
}
