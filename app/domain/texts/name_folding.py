"""The spelling in which names are searched and sorted: no accents, no capitals, plain signs.

"Álvaro Núñez" and "alvaro nunez", "O’Brien" and "O'Brien", "Smith, John" and "smith john" are
found by each other. Nothing of it is shown.
"""

import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "ŧ": "t",
        "ŋ": "n",
        "ə": "e",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ß": "ss",
    }
)
# What keyboards and telephones put where a name has an apostrophe, and where it has a hyphen.
_APOSTROPHES = dict.fromkeys("'’‘‛ʼʻʹ`´′＇ʿʾ")
_HYPHENS = dict.fromkeys("-‐‑‒–—−", " ")
_SIGNS = str.maketrans(_APOSTROPHES | _HYPHENS | {",": " "})
# Signs that are part of a letter in Indic and Japanese writing, and no accents: vowels (class 0),
# nukta, kana voicing, virama.
_LETTER_MARK_CLASSES = frozenset({0, 7, 8, 9})
_INVISIBLE_PATTERN = re.compile("[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPELLED_OUT_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_SPELLED_OUT_PATTERN = re.compile("([aou])e(?=[b-df-hj-np-tv-z])")
MIN_OTHER_SPELLING = 4
# Names of European letters: each character is folded by itself, so one table does it. A page
# sorts the names of an event by this, in a function that SQLite calls for each.
_LATIN_PATTERN = re.compile("[\0-\u024f’‘]*")


def fold_name(name: str | None) -> str | None:
    """Return a name, or words that somebody looks for, as they are compared; None for None.

    A text of signs only may become "".
    """
    if name is None:
        return None
    if name.isascii():
        return " ".join(name.lower().translate(_SIGNS).split())
    if _LATIN_PATTERN.fullmatch(name):
        return " ".join(name.translate(_load_latin_letters()).split())
    return " ".join(_fold_characters(name).split())


def _fold_characters(text: str) -> str:
    # Twice, since small letters of capitals may be composed again.
    decomposed = unicodedata.normalize("NFKD", _INVISIBLE_PATTERN.sub("", text))
    decomposed = unicodedata.normalize("NFKD", decomposed.casefold())
    letters = "".join(filter(_is_letter_or_sign, decomposed)).translate(_LETTERS)
    return unicodedata.normalize("NFC", letters.translate(_SIGNS))


@lru_cache(maxsize=1)
def _load_latin_letters() -> dict[int, str]:
    """Return what _fold_characters() makes of each character that _LATIN_PATTERN knows."""
    characters = [*map(chr, range(0x250)), *"’‘"]
    return {ord(character): _fold_characters(character) for character in characters}


def split_search_words(search: str) -> list[tuple[str, ...]]:
    """Return the folded words of a search, each with its other spellings.

    One spelling of each word must be found. German and Nordic names are written with two letters
    where a keyboard lacks one: "mueller" and "müller" are found by each other.
    """
    spellings_by_word = {}
    for typed in compose_name(search).lower().translate(_SIGNS).split():
        word = fold_name(typed)
        if word:
            spelled_out = fold_name(typed.translate(_SPELLED_OUT_LETTERS))
            plain = _SPELLED_OUT_PATTERN.sub(r"\1", word)
            spellings_by_word[word] = _list_long_spellings(word, plain, spelled_out or word)
    return list(spellings_by_word.values())


def _list_long_spellings(word: str, *others: str) -> tuple[str, ...]:
    """Return the word and those others that are long enough to mean it: not "jo" for "Joe"."""
    long = (other for other in others if len(other) >= MIN_OTHER_SPELLING)
    return tuple(dict.fromkeys((word, *long)))


def compose_name(name: str) -> str:
    """Return a name with each letter and its accent as one character (NFC).

    A Mac and some telephones write them as two, and then no search for "José" finds them.
    """
    return unicodedata.normalize("NFC", name)


def _is_letter_or_sign(character: str) -> bool:
    return unicodedata.combining(character) in _LETTER_MARK_CLASSES
