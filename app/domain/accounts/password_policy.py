"""Whether a password is worth having: long, and not what everybody tries first.

No rules about kinds of signs.
"""

import re
import unicodedata
from pathlib import Path

MIN_PASSWORD_LENGTH = 15  # ASVS 5.0 asks for 8 and recommends 15 while there is no second factor
MAX_PASSWORD_LENGTH = 128
MIN_UNGUESSABLE_CHARACTERS = 8  # signs there must be to guess
_KEYBOARD_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
)
KEYBOARD_SEQUENCES = (*_KEYBOARD_ROWS, *(row[::-1] for row in _KEYBOARD_ROWS))
SEQUENCE_MARK = "\0"
# The stems of the passwords most often found in leaks; with digits around them they are found
# just as fast.
COMMON_PASSWORD_WORDS = frozenset(
    Path(__file__).with_name("common_passwords.txt").read_text("ascii").split()
)
LEET_TRANSLATION = str.maketrans("0134578@$!", "oieastbasi")


def find_password_problem(
    password: str, *, username: str = "", organisation: str = ""
) -> str | None:
    """Why the password is refused, in one sentence, or None when it is good."""
    if len(password) > MAX_PASSWORD_LENGTH:
        return f"That is longer than {MAX_PASSWORD_LENGTH} characters."
    text = unicodedata.normalize("NFKC", password).casefold()
    if len(unicodedata.normalize("NFC", password)) < MIN_PASSWORD_LENGTH:
        return f"Use at least {MIN_PASSWORD_LENGTH} characters. Three or four unrelated words are good and easy to remember."
    if _is_repetitive(text) or _is_repetitive(re.sub(r"[\W_]+", "", text)):
        return "That repeats the same few signs."
    for name, whose in (
        (username, "your user name"),
        (organisation, "the organisation's name"),
    ):
        if _contains_name(text, name):
            return f"That contains {whose}, which is tried first."
    if _is_guessable(text, organisation):
        return "That is made of words and rows of keys that are tried first."
    return None


def _contains_name(text: str, name: str) -> bool:
    """Whether the name is in the text, however it is spaced; a short one counts only as a word
    of its own.
    """
    part = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())
    if len(part) >= 5:
        return part in re.sub(r"[\W_]+", "", text)
    return (
        len(part) >= 3
        and re.search(rf"(?<![^\W\d_]){re.escape(part)}(?![^\W\d_])", text) is not None
    )


def _is_repetitive(text: str) -> bool:
    """Whether a short piece, or a few signs, make up the whole."""
    if len(set(text)) < 5:
        return True
    return (
        text in (text + text)[1:-1]
    )  # true exactly when the text is some shorter piece several times


def _is_guessable(text: str, organisation: str) -> bool:
    """Whether little is left without common words, rows of keys and repeated signs."""
    words = [word for word in re.split(r"[\W_]+", organisation.casefold()) if len(word) >= 4]
    known = sorted({*COMMON_PASSWORD_WORDS, *words}, key=len, reverse=True)
    return (
        min(
            _count_unguessable_characters(text, known),
            _count_unguessable_characters(text.translate(LEET_TRANSLATION), known),
        )
        < MIN_UNGUESSABLE_CHARACTERS
    )


def _count_unguessable_characters(text: str, known: list[str]) -> int:
    """How many signs there are to guess: a known word weighs two, a row of keys one, a sign
    said again nothing.
    """
    words = 0
    for word in known:
        words += text.count(word)
        text = text.replace(word, " ")
    text, rows = re.subn(SEQUENCE_MARK, " ", _mark_keyboard_sequences(text))
    rest = re.sub(r"[\W_]+", "", re.sub(r"(.)\1{2,}", r"\1", text))
    return 2 * words + rows + len(rest)


def _mark_keyboard_sequences(text: str) -> str:
    """Put one mark in place of four and more signs that lie in a row on the keyboard or in the
    alphabet, either way.
    """
    out, start = "", 0
    while start < len(text):
        run = max(_measure_sequence_length(text, start, row) for row in KEYBOARD_SEQUENCES)
        out += SEQUENCE_MARK if run >= 4 else text[start]
        start += run if run >= 4 else 1
    return out


def _measure_sequence_length(text: str, start: int, row: str) -> int:
    at = row.find(text[start])
    length = 0
    while (
        at >= 0
        and row[at : at + length + 1] == text[start : start + length + 1]
        and start + length < len(text)
    ):
        if at + length >= len(row):
            break
        length += 1
    return length
