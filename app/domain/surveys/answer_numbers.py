"""Reading a whole number from somebody's text."""

import re
import unicodedata

from app.domain.surveys.answer_courtesies import WORDS_BEFORE, strip_courtesies
from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.answer_words import ANSWER_WORDS, map_numbered_words
from app.domain.texts.word_folding import fold_digits

NUMBER_WORDS = map_numbered_words("")
# How many words may stand beside a number: "we will be 5 of us in total".
MAX_OTHER_WORDS = 6
THOUSANDS_PATTERN = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
INTEGER_PATTERN = re.compile(r"-?[0-9]{1,9}")
# Fractions, ranges, times, sums of money, "5x": more than one whole number.
NOT_ONE_NUMBER_PATTERN = re.compile(
    r"[0-9]\s*[+/:.,%*–⁄-]\s*[0-9]|[0-9]\s*[+%/:?]|[$€£~<>]|[0-9][^\W\d]|[^\W\d][0-9]|-\s*[0-9]|\?"
)
_MARKS_BEFORE = re.compile(r"^(?:#|nr\.?|no\.)\s*(?=[0-9])", re.IGNORECASE)
# Articles are numbers in some languages: "una persona".
_WORDS_BEFORE = WORDS_BEFORE - {"THE", "A", "UN", "UNA", "UNE", "EIN", "EINE", "EINEN"}
_WORDS_BESIDE = ANSWER_WORDS["beside number"]
_WORDS_OF_DOUBT = ANSWER_WORDS["no count"] - {"TO", "ALL"}
_ONE_WORDS = ANSWER_WORDS["one"]
_COUNTED_NOUNS = ANSWER_WORDS["counted"]
# "5 in my family", but not "my 5 year old".
_GROUP_PATTERN = re.compile(r"\b(?:MY|OUR|MI|NUESTRA|MA|NOTRE|MEINE|UNSERE) (?=(?:WHOLE )?FAMI)")


def parse_whole_number_answer(text: str, prompt: str = "") -> int | None:
    """Return the one number that the text has: "5", "five", "-3", "1,200", "we are 5".

    Words beside it must be such as count people and things, or words of the question (`prompt`):
    "Apt 5" is no number of people, and "5 hours" is one of hours where hours were asked for.
    """
    if _has_number_sign(text):
        return None
    written = fold_digits(unicodedata.normalize("NFKC", text)).strip().rstrip(".!")
    if THOUSANDS_PATTERN.fullmatch(written):
        written = written.replace(",", "")
    if INTEGER_PATTERN.fullmatch(written):
        return int(written)
    if NOT_ONE_NUMBER_PATTERN.search(written):
        return None
    key = fold_answer(_MARKS_BEFORE.sub("", written))
    return _parse_words(key, frozenset(fold_answer(prompt).split()))


def _has_number_sign(text: str) -> bool:
    """Whether a sign that is a number of its own stands beside others: "5²", "5 ½"."""
    signs = [character for character in text if unicodedata.category(character) in ("No", "Nl")]
    return bool(signs) and len(text.strip()) > 1


def _parse_words(key: str, prompt_words: frozenset[str]) -> int | None:
    """Return the number of a few words, unless one of them turns it into something else."""
    bare_key = strip_courtesies(key, _WORDS_BEFORE)
    for phrase in (key, bare_key):
        if phrase in NUMBER_WORDS:
            return NUMBER_WORDS[phrase]
    words = _GROUP_PATTERN.sub("", bare_key).split()
    values = []
    other_words = []
    for word in words:
        value = _find_number_value(word, words)
        if value is None:
            other_words.append(word)
        else:
            values.append(value)
    if len(values) != 1 or len(other_words) > MAX_OTHER_WORDS:
        return None
    # "no count" words: "and", "more", "half", "percent", …
    if _WORDS_OF_DOUBT.intersection(other_words):
        return None
    if not set(other_words) <= _WORDS_BESIDE | prompt_words:
        return None
    return values[0]


def _find_number_value(word: str, words: list[str]) -> int | None:
    """Return the number that one of several words is.

    "ONE" and the like are numbers only at the end, or before a noun that counts people: "the big
    one" counts nothing, "just one" and "one person" do.
    """
    if INTEGER_PATTERN.fullmatch(word):
        return int(word)
    if word in ANSWER_WORDS["alone"] and not _is_counted_alone(word, words):
        return None
    return NUMBER_WORDS.get(word)


def _is_counted_alone(word: str, words: list[str]) -> bool:
    if word not in _ONE_WORDS:
        return False
    position = words.index(word)
    is_last = position == len(words) - 1
    if words[position - 1] == "THE":
        return False
    return is_last or words[position + 1] in _COUNTED_NOUNS
