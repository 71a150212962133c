"""What a text may mean that was not understood: a person looks at the guess before it counts."""

import re
import unicodedata
from collections.abc import Callable

from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.answer_parsing import NUMBER_WORDS, fold_answer, parse_answer
from app.domain.surveys.answer_words import ANSWER_WORDS
from app.domain.surveys.question_definitions import (
    NO_VALUE,
    YES_VALUE,
    QuestionType,
    SurveyQuestion,
)

# "5 or 6", "2-3", "half of us": nobody should be led to add these up.
AMBIGUITY_WORDS = frozenset(
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
NOT_SUMMABLE_PATTERN = re.compile(r"\d\s*[-–/:.,%*]\s*\d|[$€£%]")
MIN_WORD_LENGTH = 3


def guess_answer(question: SurveyQuestion, text: str, calendar: DateContext) -> str | None:
    """The answer that a person would most likely read in it, as it would be kept; None where
    that is anybody's guess.

    Numbers are added up ("2 adults and 3 kids" is 5); a choice is the only one that is named;
    yes or no, where only one of them is said.
    """
    guessed = (
        GUESSER_BY_QUESTION_TYPE[question.question_type](question, text)
        if question.question_type in GUESSER_BY_QUESTION_TYPE
        else None
    )
    return parse_answer(question, guessed, calendar) if guessed else None


def _guess_number(question: SurveyQuestion, text: str) -> str | None:
    words = fold_answer(unicodedata.normalize("NFKC", text)).split()
    if set(words) & AMBIGUITY_WORDS or NOT_SUMMABLE_PATTERN.search(text):
        return None
    values = [
        int(word) if word.isdigit() else NUMBER_WORDS.get(word) for word in words if len(word) < 10
    ]
    found = [value for value in values if value is not None]
    return str(sum(found)) if found else None


def _guess_choice(question: SurveyQuestion, text: str) -> str | None:
    words = {word for word in fold_answer(text).split() if len(word) >= MIN_WORD_LENGTH}
    named = [
        choice for choice in question.choices if words & _list_distinctive_words(choice, question)
    ]
    labels = [
        label
        for label in question.choice_labels
        if label in fold_answer(text).split() and not label.isalpha()
    ]
    return named[0] if len(named) == 1 else labels[0] if len(labels) == 1 and not named else None


def _list_distinctive_words(choice: str, question: SurveyQuestion) -> set[str]:
    """The words by which a choice is told from the others."""
    others = {
        word for other in question.choices if other != choice for word in fold_answer(other).split()
    }
    return {word for word in fold_answer(choice).split() if len(word) >= MIN_WORD_LENGTH} - others


def _guess_yes_no(question: SurveyQuestion, text: str) -> str | None:
    words = set(fold_answer(text).split())
    says_yes, says_no = (
        words & ANSWER_WORDS["begin yes"],
        words & (ANSWER_WORDS["begin no"] | ANSWER_WORDS["against"]),
    )
    return None if bool(says_yes) == bool(says_no) else YES_VALUE if says_yes else NO_VALUE


GUESSER_BY_QUESTION_TYPE: dict[QuestionType, Callable[[SurveyQuestion, str], str | None]] = {
    QuestionType.NUMBER: _guess_number,
    QuestionType.CHOICE: _guess_choice,
    QuestionType.YES_NO: _guess_yes_no,
}
