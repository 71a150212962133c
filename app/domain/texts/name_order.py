"""Names as lists write them: numbering in front of them, or the family name first in capitals."""

import re

from app.domain.texts.greeting_words import COUPLE_JOINERS
from app.domain.texts.name_titles import is_title

LETTER_PATTERN = re.compile(r"[^\W\d_]")
PLAIN_NAME_PATTERN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# "DUPONT Jean", as the French, Italians and Japanese write lists: two letters may be initials.
CAPITAL_FAMILY_NAME_PATTERN = re.compile(r"(?:[^\W\d_]|['’-]){3,}")


def drop_words_without_letters(text: str) -> str:
    """Return a name without numbering and signs before it: "1. Asha Rao", "❤️ Ben"."""
    words = text.split()
    while len(words) > 1 and not LETTER_PATTERN.search(words[0]) and words[0] not in COUPLE_JOINERS:
        words = words[1:]
    return " ".join(words)


def move_family_name_back(text: str) -> str:
    """Return "DUPONT, Jean" for "DUPONT Jean": only the family name stands in capitals."""
    words = text.split()
    count = 0
    while count < len(words) and _is_family_name_in_capitals(words[count]):
        count += 1
    if not 0 < count < len(words) or not all(map(_is_capitalized, words[count:])):
        return text
    return f"{' '.join(words[:count])}, {' '.join(words[count:])}"


def _is_family_name_in_capitals(word: str) -> bool:
    is_long_word = CAPITAL_FAMILY_NAME_PATTERN.fullmatch(word) is not None
    return is_long_word and word.isupper() and not is_title(word)


def _is_capitalized(word: str) -> bool:
    return (
        word[0].isupper() and not word.isupper() and PLAIN_NAME_PATTERN.fullmatch(word) is not None
    )
