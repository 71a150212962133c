"""What somebody's text says in answer to one question.

What could be meant in two ways is not understood.
"""

import re
import unicodedata
from collections.abc import Callable

from app.domain.surveys.answer_dates import DateContext, parse_day
from app.domain.surveys.answer_words import ANSWER_WORDS, map_numbered_words
from app.domain.surveys.question_definitions import (
    CHOICE_LETTERS,
    FREE_TEXT_TYPES,
    NO_VALUE,
    YES_VALUE,
    QuestionType,
    SurveyQuestion,
)
from app.domain.texts import text_cleaning
from app.domain.texts.text_intent import fold_text

MAX_NAME_ANSWER_LENGTH, MAX_TEXT_ANSWER_LENGTH, MAX_NAME_WORDS = 100, 1600, 6
MAX_CAPITALIZED_NAME_WORDS, SHORT_NAME_WORD_LENGTH = 10, 3
YES_WORDS, NO_WORDS = ANSWER_WORDS["yes"], ANSWER_WORDS["no"]
YES_FIRST_WORDS, NO_FIRST_WORDS = ANSWER_WORDS["begin yes"], ANSWER_WORDS["begin no"]
YES_EMOJI, NO_EMOJI = ("👍", "✅", "✔", "🙋", "💯", "👌"), ("👎", "❌", "🚫", "🙅")
NUMBER_WORDS = map_numbered_words("")
MAX_OTHER_WORDS = 3
NAME_INTRODUCTION_PATTERN = re.compile(
    r"^(?:hi[,!.]?|hello[,!.]?|hola[,!.]?)?\s*(?:my name is|my name's|name is|i am|i'm|it's|it is|this is|me llamo|"
    r"mi nombre es|soy|je m'appelle|je suis|mon nom est)\s+",
    re.IGNORECASE,
)


def parse_answer(question: SurveyQuestion, text: str, calendar: DateContext) -> str | None:
    """What the text answers, as it is kept; None when it is no answer, or could be meant in two
    ways.

    yes, no; a choice as the question spells it; whole numbers in digits; days as YYYY-MM-DD;
    words as they came, clean.
    """
    return PARSER_BY_QUESTION_TYPE[question.question_type](question, text, calendar)


def is_bare_answer(question: SurveyQuestion, text: str) -> bool:
    """Whether a text is nothing but an answer of this kind: "no" is, "no, don't text me" says
    more.
    """
    words = fold_answer(text).split()
    if question.question_type is QuestionType.YES_NO:
        return not words or " ".join(words) in YES_WORDS | NO_WORDS
    return (
        len(words) <= 1
        if question.question_type is QuestionType.NUMBER
        else question.question_type not in FREE_TEXT_TYPES
    )


def fold_answer(text: str) -> str:
    """The text to compare words by: as `folded`, without accents and apostrophes, punctuation
    as spaces.
    """
    key = unicodedata.normalize("NFD", fold_text(text))
    key = re.sub(r"['’`´]", "", "".join(sign for sign in key if not unicodedata.combining(sign)))
    return " ".join(re.sub(r"[^\w\s]", " ", key).split())


def _parse_text_answer(question: SurveyQuestion, text: str, calendar: DateContext) -> str | None:
    said = text_cleaning.clean_text(text)
    return None if text_cleaning.is_blank_text(said) else said[:MAX_TEXT_ANSWER_LENGTH]


def _parse_yes_no_answer(question: SurveyQuestion, text: str, calendar: DateContext) -> str | None:
    key = fold_answer(text)
    if not key:
        return _parse_yes_no_emoji(text)
    if "?" in text:
        return None
    if key in YES_WORDS:
        return YES_VALUE
    if key in NO_WORDS:
        return NO_VALUE
    first, *rest = key.split()
    others = set(rest)
    if others & ANSWER_WORDS["hedge"]:
        return None
    if first in YES_FIRST_WORDS and not others & (ANSWER_WORDS["against"] | NO_WORDS):
        return YES_VALUE
    # "no problem" and "no, I will come" are no answers that we would bet on
    denies = others & (ANSWER_WORDS["against"] - {"NO"})
    return NO_VALUE if first in NO_FIRST_WORDS and denies and not others & YES_FIRST_WORDS else None


def _parse_yes_no_emoji(text: str) -> str | None:
    """A thumb says it too."""
    yes, no = (
        any(sign in text for sign in YES_EMOJI),
        any(sign in text for sign in NO_EMOJI),
    )
    return None if yes == no else YES_VALUE if yes else NO_VALUE


def _parse_choice_answer(question: SurveyQuestion, text: str, calendar: DateContext) -> str | None:
    key = fold_answer(text)
    if not key:
        return None
    words = {fold_answer(choice): choice for choice in question.choices}
    if key in words:
        return words[key]
    labels = dict(zip(question.choice_labels, question.choices, strict=True))
    by_label = _find_choice_by_label(key, labels)
    if by_label:
        return by_label
    meant = [choice for word, choice in words.items() if _is_choice_prefix(word, key)]
    return meant[0] if len(meant) == 1 else None


def _find_choice_by_label(key: str, labels: dict[str, str]) -> str | None:
    """By its number or letter, alone or with its words behind ("2 Pasta"); by a number word
    where they are numbers.
    """
    label, _, rest = key.partition(" ")
    numbered = "1" in labels
    if numbered and not rest:
        label = str(NUMBER_WORDS.get(label, label))
        label = (
            str(CHOICE_LETTERS.index(label) + 1)
            if len(label) == 1 and label in CHOICE_LETTERS
            else label
        )
    choice = labels.get(label)
    if choice is None or not rest:
        return choice
    return (
        choice
        if fold_answer(choice) == rest or _is_choice_prefix(fold_answer(choice), rest)
        else None
    )


def _is_choice_prefix(word: str, key: str) -> bool:
    """Whether `key` is the beginning of a choice: whole words, or three letters and more of the
    first.
    """
    return word.startswith(f"{key} ") or (
        len(key) >= 3 and not key.isdigit() and word.startswith(key)
    )


def _parse_number_answer(question: SurveyQuestion, text: str, calendar: DateContext) -> str | None:
    value = _extract_whole_number(text)
    if value is None:
        return None
    low_enough = question.high is None or value <= question.high
    high_enough = question.low is None or value >= question.low
    return str(value) if low_enough and high_enough else None


def _extract_whole_number(text: str) -> int | None:
    """The one number that the text has: "5", "five", "-3", "1,200", "we are 5"."""
    said = unicodedata.normalize("NFKC", text).strip().rstrip(".!")
    said = (
        re.sub(r"(?<=\d),(?=\d{3}\b)", "", said)
        if re.fullmatch(r"\d{1,3}(,\d{3})+", said)
        else said
    )
    if re.fullmatch(r"-?\d{1,9}", said):
        return int(said)
    if re.search(
        r"[\d]\s*[+/:.,%*-]\s*\d|\d\s*[+%/:?]|[$€£~<>]|\d[^\W\d]|[^\W\d]\d|-\s*\d|\?",
        said,
    ):
        return None
    words = fold_answer(said).split()
    if len(words) == 1 and words[0] in NUMBER_WORDS:
        return NUMBER_WORDS[words[0]]
    found = [value for word in words if (value := _find_number_value(word)) is not None]
    others = [word for word in words if _find_number_value(word) is None]
    if len(found) != 1 or len(others) > MAX_OTHER_WORDS or set(others) & ANSWER_WORDS["no count"]:
        return None
    return found[0]


def _find_number_value(word: str) -> int | None:
    if re.fullmatch(r"\d{1,9}", word):
        return int(word)
    return None if word in ANSWER_WORDS["alone"] else NUMBER_WORDS.get(word)


def _parse_date_answer(question: SurveyQuestion, text: str, calendar: DateContext) -> str | None:
    day = parse_day(text, fold_answer(text), calendar)
    return day.isoformat() if day else None


def _parse_name_answer(question: SurveyQuestion, text: str, calendar: DateContext) -> str | None:
    said = NAME_INTRODUCTION_PATTERN.sub(
        "", text_cleaning.clean_text(text).replace("’", "'")
    ).strip(" ,!")
    said = re.sub(r"(?<=\w{3})\.$", "", said)  # the end of a sentence, not that of "Zoë H."
    name = text_cleaning.clean_name(said)
    if not name or len(name) > MAX_NAME_ANSWER_LENGTH or not _is_name_length(name.split()):
        return None
    strange = any(sign.isdigit() or sign in "?@/{}<>" for sign in name)
    key = fold_answer(name)
    lone = key in YES_WORDS or key in NO_WORDS
    return name if any(sign.isalpha() for sign in name) and not strange and not lone else None


def _is_name_length(words: list[str]) -> bool:
    """Whether so many words may be a name.

    Long ones are: "María José de la Cruz y Fernández Villaverde".
    """
    as_a_name = all(
        len(word) <= SHORT_NAME_WORD_LENGTH or (word[:1].isupper() and not word.isupper())
        for word in words
    )
    return len(words) <= (MAX_CAPITALIZED_NAME_WORDS if as_a_name else MAX_NAME_WORDS)


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
