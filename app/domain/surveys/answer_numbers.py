"""Reading a whole number from somebody's text."""

import re
import unicodedata

from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.answer_words import ANSWER_WORDS, map_numbered_words

NUMBER_WORDS = map_numbered_words("")
# How many words may stand beside a number: "we are 5 of us".
MAX_OTHER_WORDS = 3
THOUSANDS_PATTERN = re.compile(r"\d{1,3}(,\d{3})+")
INTEGER_PATTERN = re.compile(r"-?\d{1,9}")
# Fractions, ranges, times, sums of money, "5x": more than one whole number.
NOT_ONE_NUMBER_PATTERN = re.compile(
    r"[\d]\s*[+/:.,%*-]\s*\d|\d\s*[+%/:?]|[$€£~<>]|\d[^\W\d]|[^\W\d]\d|-\s*\d|\?"
)


def parse_whole_number_answer(text: str) -> int | None:
    """Return the one number that the text has: "5", "five", "-3", "1,200", "we are 5"."""
    written = unicodedata.normalize("NFKC", text).strip().rstrip(".!")
    if THOUSANDS_PATTERN.fullmatch(written):
        written = written.replace(",", "")
    if INTEGER_PATTERN.fullmatch(written):
        return int(written)
    if NOT_ONE_NUMBER_PATTERN.search(written):
        return None
    return _parse_words(fold_answer(written).split())


def _parse_words(words: list[str]) -> int | None:
    """Return the number of a few words, unless one of them turns it into something else."""
    if len(words) == 1 and words[0] in NUMBER_WORDS:
        return NUMBER_WORDS[words[0]]
    values: list[int] = []
    other_words: list[str] = []
    for word in words:
        value = _find_number_value(word)
        if value is not None:
            values.append(value)
        else:
            other_words.append(word)
    if len(values) != 1 or len(other_words) > MAX_OTHER_WORDS:
        return None
    # "no count" words: "and", "more", "half", "percent", …
    if ANSWER_WORDS["no count"].intersection(other_words):
        return None
    return values[0]


def _find_number_value(word: str) -> int | None:
    """Return the number that one of several words is.

    "ONE" and the like are numbers only alone: "the big one" counts nothing.
    """
    if re.fullmatch(r"\d{1,9}", word):
        return int(word)
    if word in ANSWER_WORDS["alone"]:
        return None
    return NUMBER_WORDS.get(word)
