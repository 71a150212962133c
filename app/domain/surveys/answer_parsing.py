"""Reading a text as the answer to one question. What could mean two things is not understood."""

import re
from collections.abc import Callable

from app.domain.surveys.answer_choices import parse_choice
from app.domain.surveys.answer_courtesies import strip_courtesies
from app.domain.surveys.answer_dates import DateContext, parse_day
from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.answer_names import parse_name
from app.domain.surveys.answer_numbers import parse_whole_number_answer
from app.domain.surveys.answer_words import ANSWER_WORDS
from app.domain.surveys.question_definitions import (
    FREE_TEXT_TYPES,
    NO_VALUE,
    YES_VALUE,
    QuestionType,
    SurveyQuestion,
)
from app.domain.texts.text_cleaning import clean_text, is_blank_text

MAX_TEXT_ANSWER_LENGTH = 1600
YES_WORDS = ANSWER_WORDS["yes"]
NO_WORDS = ANSWER_WORDS["no"]
YES_FIRST_WORDS = ANSWER_WORDS["begin yes"]
NO_FIRST_WORDS = ANSWER_WORDS["begin no"]
YES_EMOJI_PATTERN = re.compile("[👍✅✔🙋💯👌]")
NO_EMOJI_PATTERN = re.compile("[👎❌🚫🙅]")
# "yesss" and "noooo"; no word of the tables has a letter three times in a row.
STRETCHED_LETTER_PATTERN = re.compile(r"(.)\1{2,}")


def parse_answer(question: SurveyQuestion, text: str, context: DateContext) -> str | None:
    """Return what the text answers, as it is stored.

    "yes" or "no"; a choice as the question spells it; whole numbers in digits; days as
    YYYY-MM-DD; free text and names cleaned. None when it is no answer, or could mean two things.
    """
    return PARSER_BY_QUESTION_TYPE[question.question_type](question, text, context)


def is_bare_answer(question: SurveyQuestion, text: str) -> bool:
    """Whether a text is nothing but an answer: "no" is, "no, don't text me" says more."""
    words = fold_answer(text).split()
    if question.question_type is QuestionType.YES_NO:
        return not words or " ".join(words) in YES_WORDS | NO_WORDS
    if question.question_type is QuestionType.NUMBER:
        return len(words) <= 1
    return question.question_type not in FREE_TEXT_TYPES


def _parse_text_answer(question: SurveyQuestion, text: str, context: DateContext) -> str | None:
    answer = clean_text(text)
    if is_blank_text(answer):
        return None
    return answer[:MAX_TEXT_ANSWER_LENGTH]


def _parse_yes_no_answer(question: SurveyQuestion, text: str, context: DateContext) -> str | None:
    return parse_yes_no(text)


def parse_yes_no(text: str) -> str | None:
    """Return "yes" or "no" for a text that says one of them, in words or by a thumb, else None."""
    key = fold_answer(text)
    if not key:
        return _parse_yes_no_emoji(text)
    if "?" in text:
        return None
    value = _parse_yes_no_words(key)
    # "yes" with a thumb down says both.
    return None if _parse_yes_no_emoji(text) not in (None, value) else value


def _parse_yes_no_words(key: str) -> str | None:
    key = STRETCHED_LETTER_PATTERN.sub(r"\1", key)
    for words in (key, strip_courtesies(key)):
        if words in YES_WORDS:
            return YES_VALUE
        if words in NO_WORDS:
            return NO_VALUE
    return _parse_yes_no_sentence(key)


def _parse_yes_no_sentence(key: str) -> str | None:
    """Read a sentence by its first word, unless another word turns it around."""
    first_word, *next_words = key.split()
    other_words = set(next_words)
    if other_words & ANSWER_WORDS["hedge"]:
        return None
    if first_word in YES_FIRST_WORDS and not other_words & (ANSWER_WORDS["against"] | NO_WORDS):
        return YES_VALUE
    # "no problem" and "no, I will come" mean neither for certain.
    denies = other_words & (ANSWER_WORDS["against"] - {"NO"})
    if first_word in NO_FIRST_WORDS and denies and not other_words & YES_FIRST_WORDS:
        return NO_VALUE
    return None


def _parse_yes_no_emoji(text: str) -> str | None:
    """Read a thumb up or down, and the like, as yes or no."""
    says_yes = YES_EMOJI_PATTERN.search(text) is not None
    says_no = NO_EMOJI_PATTERN.search(text) is not None
    if says_yes == says_no:
        return None
    return YES_VALUE if says_yes else NO_VALUE


def _parse_choice_answer(question: SurveyQuestion, text: str, context: DateContext) -> str | None:
    return parse_choice(question, text)


def _parse_number_answer(question: SurveyQuestion, text: str, context: DateContext) -> str | None:
    value = parse_whole_number_answer(text, question.prompt)
    if value is None:
        return None
    if question.high is not None and value > question.high:
        return None
    if question.low is not None and value < question.low:
        return None
    return str(value)


def _parse_date_answer(question: SurveyQuestion, text: str, context: DateContext) -> str | None:
    day = parse_day(text, fold_answer(text), context)
    if day is None:
        return None
    return day.isoformat()


def _parse_name_answer(question: SurveyQuestion, text: str, context: DateContext) -> str | None:
    return parse_name(text)


PARSER_BY_QUESTION_TYPE: dict[
    QuestionType, Callable[[SurveyQuestion, str, DateContext], str | None]
] = {
    QuestionType.TEXT: _parse_text_answer,
    QuestionType.YES_NO: _parse_yes_no_answer,
    QuestionType.CHOICE: _parse_choice_answer,
    QuestionType.NUMBER: _parse_number_answer,
    QuestionType.DATE: _parse_date_answer,
    QuestionType.NAME: _parse_name_answer,
}
