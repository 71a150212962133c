"""Reading a text as the answer to one question. What could mean two things is not understood."""

import re
from collections.abc import Callable

from app.domain.surveys.answer_dates import DateContext, parse_day
from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.answer_numbers import NUMBER_WORDS, parse_whole_number_answer
from app.domain.surveys.answer_words import ANSWER_WORDS
from app.domain.surveys.question_definitions import (
    CHOICE_LETTERS,
    FREE_TEXT_TYPES,
    NO_VALUE,
    YES_VALUE,
    QuestionType,
    SurveyQuestion,
)
from app.domain.texts.text_cleaning import clean_name, clean_text, is_blank_text

MAX_NAME_ANSWER_LENGTH = 100
MAX_TEXT_ANSWER_LENGTH = 1600
# A sentence is not a name: six words, or ten when each looks like a part of a name.
MAX_NAME_WORDS = 6
MAX_CAPITALIZED_NAME_WORDS = 10
# Words such as "de", "la", "y" are written small inside a name.
SHORT_NAME_WORD_LENGTH = 3
NAME_FORBIDDEN_PATTERN = re.compile(r"[?@/{}<>]")
YES_WORDS = ANSWER_WORDS["yes"]
NO_WORDS = ANSWER_WORDS["no"]
YES_FIRST_WORDS = ANSWER_WORDS["begin yes"]
NO_FIRST_WORDS = ANSWER_WORDS["begin no"]
YES_EMOJI_PATTERN = re.compile("[👍✅✔🙋💯👌]")
NO_EMOJI_PATTERN = re.compile("[👎❌🚫🙅]")
# So many letters are enough to name a choice by its beginning.
MIN_PREFIX_LENGTH = 3
NAME_INTRODUCTION_PATTERN = re.compile(
    r"^(?:hi[,!.]?|hello[,!.]?|hola[,!.]?)?\s*"
    r"(?:my name is|my name's|name is|i am|i'm|it's|it is|this is"
    r"|me llamo|mi nombre es|soy|je m'appelle|je suis|mon nom est)\s+",
    re.IGNORECASE,
)


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
    key = fold_answer(text)
    if not key:
        return _parse_yes_no_emoji(text)
    if "?" in text:
        return None
    if key in YES_WORDS:
        return YES_VALUE
    if key in NO_WORDS:
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
    key = fold_answer(text)
    if not key:
        return None
    choice_by_key = {fold_answer(choice): choice for choice in question.choices}
    if key in choice_by_key:
        return choice_by_key[key]
    choice_by_label = dict(zip(question.choice_labels, question.choices, strict=True))
    labelled_choice = _find_choice_by_label(key, choice_by_label)
    if labelled_choice:
        return labelled_choice
    prefixed = [
        choice for choice_key, choice in choice_by_key.items() if _is_choice_prefix(choice_key, key)
    ]
    if len(prefixed) == 1:
        return prefixed[0]
    return None


def _find_choice_by_label(key: str, choice_by_label: dict[str, str]) -> str | None:
    """Return the choice by its label, alone or with its words after it ("2 Pasta").

    Where the labels are numbers, a number word or a letter alone counts too.
    """
    label, _, words = key.partition(" ")
    if "1" in choice_by_label and not words:
        label = str(NUMBER_WORDS.get(label, label))
        if len(label) == 1 and label in CHOICE_LETTERS:
            label = str(CHOICE_LETTERS.index(label) + 1)
    choice = choice_by_label.get(label)
    if choice is None or not words:
        return choice
    choice_key = fold_answer(choice)
    if choice_key == words or _is_choice_prefix(choice_key, words):
        return choice
    return None


def _is_choice_prefix(choice_key: str, key: str) -> bool:
    """Whether `key` begins a choice: with whole words, or with three letters of its first word."""
    if choice_key.startswith(f"{key} "):
        return True
    is_long_enough = len(key) >= MIN_PREFIX_LENGTH and not key.isdigit()
    return is_long_enough and choice_key.startswith(key)


def _parse_number_answer(question: SurveyQuestion, text: str, context: DateContext) -> str | None:
    value = parse_whole_number_answer(text)
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
    written = clean_text(text).replace("’", "'")
    written = NAME_INTRODUCTION_PATTERN.sub("", written).strip(" ,!")
    # The full stop of a sentence, but not that of "Zoë H."
    name = clean_name(re.sub(r"(?<=\w{3})\.$", "", written))
    if not name or len(name) > MAX_NAME_ANSWER_LENGTH or not _is_name_length(name.split()):
        return None
    if not any(map(str.isalpha, name)) or any(map(str.isdigit, name)):
        return None
    if NAME_FORBIDDEN_PATTERN.search(name) or fold_answer(name) in YES_WORDS | NO_WORDS:
        return None
    return name


def _is_name_length(words: list[str]) -> bool:
    """Whether so many words may be a name.

    Long ones are: "María José de la Cruz y Fernández Villaverde".
    """
    if len(words) <= MAX_NAME_WORDS:
        return True
    return len(words) <= MAX_CAPITALIZED_NAME_WORDS and all(map(_is_like_name, words))


def _is_like_name(word: str) -> bool:
    is_capitalized = word[:1].isupper() and not word.isupper()
    return len(word) <= SHORT_NAME_WORD_LENGTH or is_capitalized


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
