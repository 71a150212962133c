"""What somebody's text says in answer to one question.

What could be meant in two ways is not understood.
"""

import re
import unicodedata
from collections.abc import Callable

from app.domain import wording
from app.domain.answer_words import WORDS, numbered
from app.domain.dates import Calendar, read_day
from app.domain.questions import FREE_WORDS, LETTERS, NO, YES, Ask, Question
from app.domain.replies import folded

LONGEST_NAME, LONGEST_TEXT, MOST_NAME_WORDS = 100, 1600, 6
MOST_NAME_WORDS_IN_CAPITALS, SHORT_NAME_WORD = 10, 3
YES_WORDS, NO_WORDS = WORDS["yes"], WORDS["no"]
BEGIN_YES, BEGIN_NO = WORDS["begin yes"], WORDS["begin no"]
YES_SIGNS, NO_SIGNS = ("👍", "✅", "✔", "🙋", "💯", "👌"), ("👎", "❌", "🚫", "🙅")
NUMBERS = numbered("")
MOST_OTHER_WORDS = 3
BEFORE_A_NAME = re.compile(
    r"^(?:hi[,!.]?|hello[,!.]?|hola[,!.]?)?\s*(?:my name is|my name's|name is|i am|i'm|it's|it is|this is|me llamo|"
    r"mi nombre es|soy|je m'appelle|je suis|mon nom est)\s+",
    re.IGNORECASE,
)


def read(question: Question, text: str, calendar: Calendar) -> str | None:
    """What the text answers, as it is kept; None when it is no answer, or could be meant in two
    ways.

    yes, no; a choice as the question spells it; whole numbers in digits; days as YYYY-MM-DD;
    words as they came, clean.
    """
    return READERS[question.ask](question, text, calendar)


def is_bare(question: Question, text: str) -> bool:
    """Whether a text is nothing but an answer of this kind: "no" is, "no, don't text me" says
    more.
    """
    words = plainly(text).split()
    if question.ask is Ask.YES_NO:
        return not words or " ".join(words) in YES_WORDS | NO_WORDS
    return (
        len(words) <= 1
        if question.ask is Ask.NUMBER
        else question.ask not in FREE_WORDS
    )


def plainly(text: str) -> str:
    """The text to compare words by: as `folded`, without accents and apostrophes, punctuation
    as spaces.
    """
    key = unicodedata.normalize("NFD", folded(text))
    key = re.sub(
        r"['’`´]", "", "".join(sign for sign in key if not unicodedata.combining(sign))
    )
    return " ".join(re.sub(r"[^\w\s]", " ", key).split())


def _read_text(question: Question, text: str, calendar: Calendar) -> str | None:
    said = wording.clean(text)
    return None if wording.is_blank(said) else said[:LONGEST_TEXT]


def _read_yes_no(question: Question, text: str, calendar: Calendar) -> str | None:
    key = plainly(text)
    if not key:
        return _read_signs(text)
    if "?" in text:
        return None
    if key in YES_WORDS:
        return YES
    if key in NO_WORDS:
        return NO
    first, *rest = key.split()
    others = set(rest)
    if others & WORDS["hedge"]:
        return None
    if first in BEGIN_YES and not others & (WORDS["against"] | NO_WORDS):
        return YES
    # "no problem" and "no, I will come" are no answers that we would bet on
    denies = others & (WORDS["against"] - {"NO"})
    return NO if first in BEGIN_NO and denies and not others & BEGIN_YES else None


def _read_signs(text: str) -> str | None:
    """A thumb says it too."""
    yes, no = (
        any(sign in text for sign in YES_SIGNS),
        any(sign in text for sign in NO_SIGNS),
    )
    return None if yes == no else YES if yes else NO


def _read_choice(question: Question, text: str, calendar: Calendar) -> str | None:
    key = plainly(text)
    if not key:
        return None
    words = {plainly(choice): choice for choice in question.choices}
    if key in words:
        return words[key]
    labels = dict(zip(question.labels, question.choices, strict=True))
    by_label = _by_label(key, labels)
    if by_label:
        return by_label
    meant = [choice for word, choice in words.items() if _begins(word, key)]
    return meant[0] if len(meant) == 1 else None


def _by_label(key: str, labels: dict[str, str]) -> str | None:
    """By its number or letter, alone or with its words behind ("2 Pasta"); by a number word
    where they are numbers.
    """
    label, _, rest = key.partition(" ")
    numbered = "1" in labels
    if numbered and not rest:
        label = str(NUMBERS.get(label, label))
        label = (
            str(LETTERS.index(label) + 1)
            if len(label) == 1 and label in LETTERS
            else label
        )
    choice = labels.get(label)
    if choice is None or not rest:
        return choice
    return choice if plainly(choice) == rest or _begins(plainly(choice), rest) else None


def _begins(word: str, key: str) -> bool:
    """Whether `key` is the beginning of a choice: whole words, or three letters and more of the
    first.
    """
    return word.startswith(f"{key} ") or (
        len(key) >= 3 and not key.isdigit() and word.startswith(key)
    )


def _read_number(question: Question, text: str, calendar: Calendar) -> str | None:
    value = _whole_number(text)
    if value is None:
        return None
    low_enough = question.high is None or value <= question.high
    high_enough = question.low is None or value >= question.low
    return str(value) if low_enough and high_enough else None


def _whole_number(text: str) -> int | None:
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
    words = plainly(said).split()
    if len(words) == 1 and words[0] in NUMBERS:
        return NUMBERS[words[0]]
    found = [value for word in words if (value := _value_of(word)) is not None]
    others = [word for word in words if _value_of(word) is None]
    if (
        len(found) != 1
        or len(others) > MOST_OTHER_WORDS
        or set(others) & WORDS["no count"]
    ):
        return None
    return found[0]


def _value_of(word: str) -> int | None:
    if re.fullmatch(r"\d{1,9}", word):
        return int(word)
    return None if word in WORDS["alone"] else NUMBERS.get(word)


def _read_date(question: Question, text: str, calendar: Calendar) -> str | None:
    day = read_day(text, plainly(text), calendar)
    return day.isoformat() if day else None


def _read_name(question: Question, text: str, calendar: Calendar) -> str | None:
    said = BEFORE_A_NAME.sub("", wording.clean(text).replace("’", "'")).strip(" ,!")
    said = re.sub(
        r"(?<=\w{3})\.$", "", said
    )  # the end of a sentence, not that of "Zoë H."
    name = wording.clean_name(said)
    if not name or len(name) > LONGEST_NAME or not _are_few(name.split()):
        return None
    strange = any(sign.isdigit() or sign in "?@/{}<>" for sign in name)
    key = plainly(name)
    lone = key in YES_WORDS or key in NO_WORDS
    return (
        name
        if any(sign.isalpha() for sign in name) and not strange and not lone
        else None
    )


def _are_few(words: list[str]) -> bool:
    """Whether so many words may be a name.

    Long ones are: "María José de la Cruz y Fernández Villaverde".
    """
    as_a_name = all(
        len(word) <= SHORT_NAME_WORD or (word[:1].isupper() and not word.isupper())
        for word in words
    )
    return len(words) <= (MOST_NAME_WORDS_IN_CAPITALS if as_a_name else MOST_NAME_WORDS)


READERS: dict[Ask, Callable[[Question, str, Calendar], str | None]] = {
    Ask.TEXT: _read_text,
    Ask.YES_NO: _read_yes_no,
    Ask.CHOICE: _read_choice,
    Ask.NUMBER: _read_number,
    Ask.DATE: _read_date,
    Ask.NAME: _read_name,
}
