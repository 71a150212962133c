"""Plain letters in names: "Zoë" as "Zoe", so that a text stays in the cheap alphabet."""

import unicodedata
from functools import lru_cache

from app.domain.texts.segments import GSM7_CHARACTERS, replace_costly_characters

# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ı": "i", "œ": "oe", "Œ": "OE"}
    | {"þ": "th", "Þ": "Th", "ħ": "h", "Ħ": "H", "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T"}
)


# Cached: a blast calls thousands of people by the same few names.
@lru_cache(maxsize=4096)
def write_plain_name(name: str) -> str:
    """Return a name in GSM-7 where each letter has a plain form; other alphabets stay as they are.

    "Zoë" becomes "Zoe", "O’Brien" "O'Brien"; "Müller" stays, because its letters cost nothing.
    """
    plain = write_plainly(name)
    # Half a name in plain letters would save nothing and read wrong.
    return plain if GSM7_CHARACTERS.issuperset(plain) else name


def write_plainly(text: str) -> str:
    """Return a text with a plain form for each letter and character that has one."""
    return "".join(map(_write_plain_letter, unicodedata.normalize("NFC", text)))


def _write_plain_letter(character: str) -> str:
    if character in GSM7_CHARACTERS:
        return character
    letter = replace_costly_characters(character.translate(_LETTERS))
    decomposed = unicodedata.normalize("NFD", letter)
    return "".join(part for part in decomposed if not unicodedata.combining(part))
