"""The spelling in which words of people are compared: keywords, answers, words that clash."""

import re
import unicodedata

from app.domain.texts.text_intent import fold_text

# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans(
    {"Ł": "L", "Ø": "O", "Đ": "D", "Ħ": "H", "Æ": "AE", "Œ": "OE", "Þ": "TH", "ẞ": "SS"}
)
_APOSTROPHES = str.maketrans("", "", "'’‘ʼʹ`´′＇")
# Signs that are part of a letter in Indic and Japanese writing, and no accents: vowels (class 0),
# nukta, kana voicing, virama.
_LETTER_MARK_CLASSES = frozenset({0, 7, 8, 9})
_ASCII_MARK_PATTERN = re.compile("[^A-Za-z0-9]+")
_VARIATION_SELECTOR_PATTERN = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def fold_words(text: str) -> str:
    """Return the words of a text in capitals, with single spaces between them.

    Without accents, apostrophes, invisible characters and emoji; every other mark ("." "-" "/")
    is a space; digits of every script are 0 to 9. "St. Mary’s café" is "ST MARYS CAFE".
    """
    folded = fold_text(text)
    if folded.isascii():
        return _split_at_marks(folded.translate(_APOSTROPHES))
    folded = _VARIATION_SELECTOR_PATTERN.sub("", folded.translate(_APOSTROPHES))
    decomposed = unicodedata.normalize("NFD", folded)
    letters = "".join(filter(_is_part_of_word, fold_digits(decomposed)))
    return _split_at_marks(unicodedata.normalize("NFC", letters.translate(_LETTERS)))


def fold_keyword(text: str) -> str:
    """Return a text as keywords are compared: as fold_words(), and without the spaces.

    "FOOD BANK", "food-bank", "Food\\nbank" and "foodbank" are one keyword.
    """
    return fold_words(text).replace(" ", "")


def fold_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as 0 to 9.

    Signs that are numbers and no digits ("½", "፩", "Ⅷ") stay: nobody counts on them.
    """
    if text.isascii():
        return text
    return "".join(map(_fold_digit, text))


def _fold_digit(character: str) -> str:
    # str.isdigit() is true for signs that int() refuses; isdecimal() for none of them.
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _is_part_of_word(character: str) -> bool:
    """Whether a decomposed character is kept: everything but accents."""
    return unicodedata.combining(character) in _LETTER_MARK_CLASSES


def _split_at_marks(text: str) -> str:
    if text.isascii():
        return _ASCII_MARK_PATTERN.sub(" ", text).strip()
    return " ".join("".join(map(_blank_mark, text)).split())


def _blank_mark(character: str) -> str:
    is_word = character.isalnum() or unicodedata.category(character) in {"Mc", "Mn"}
    return character if is_word else " "
