"""Whether a password is good enough: long, and not what attackers try first.

There is no rule about kinds of characters (digits, capitals): NIST SP 800-63B advises against.
"""

import functools
import gzip
import re
import unicodedata
from pathlib import Path

# ASVS 5.0 asks for 8 and recommends 15 while there is no second factor.
MIN_PASSWORD_LENGTH = 15
MAX_PASSWORD_LENGTH = 128
MIN_UNGUESSABLE_CHARACTERS = 8
MIN_DISTINCT_CHARACTERS = 5
# A shorter run such as "123" or "abc" also occurs in good passwords.
MIN_SEQUENCE_LENGTH = 4
# A name of five letters counts anywhere in the password; of three or four, only as a word.
MIN_NAME_LENGTH = 3
MIN_NAME_LENGTH_ANYWHERE = 5
MIN_ORGANISATION_WORD_LENGTH = 4
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
    "q1w2e3r4t5y6u7i8o9p0",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7",
)
KEYBOARD_SEQUENCES = (*_KEYBOARD_ROWS, *(row[::-1] for row in _KEYBOARD_ROWS))
SEQUENCE_MARK = "\0"
# Words, names and phrases that people make passwords of, chosen by hand. With digits around them
# they are found just as fast.
COMMON_PASSWORD_WORDS = frozenset(
    Path(__file__).with_name("common_passwords.txt").read_text("ascii").split()
)
# What was found most often in leaks: 10,000 words and whole passwords of up to 40 characters.
# Where they come from: docs/decisions/0052-names-and-passwords-of-users.md
LEAKED_PASSWORDS_FILE = Path(__file__).with_name("leaked_passwords.txt.gz")
# So long that it is no accident when it appears across the words of a passphrase.
MIN_PHRASE_LENGTH = 9
# Some single characters stand for 18 (NFKC): more than this is not looked at.
MAX_EXAMINED_LENGTH = 2 * MAX_PASSWORD_LENGTH
LEET_TRANSLATION = str.maketrans("0134578@$!", "oieastbasi")
_SEPARATORS_PATTERN = re.compile(r"[\W_]+")


def find_password_problem(
    password: str, *, username: str = "", organisation: str = ""
) -> str | None:
    """Return why the password is refused, in one sentence, or None when it is good."""
    if len(password) > MAX_PASSWORD_LENGTH:
        return f"A password can have up to {MAX_PASSWORD_LENGTH} characters."
    if len(unicodedata.normalize("NFC", password)) < MIN_PASSWORD_LENGTH:
        return (
            f"Use at least {MIN_PASSWORD_LENGTH} characters."
            " Three or four unrelated words are good and easy to remember."
        )
    text = unicodedata.normalize("NFKC", password).casefold()[:MAX_EXAMINED_LENGTH]
    if _is_repetitive(text) or _is_repetitive(_remove_separators(text)):
        return "That repeats the same few characters."
    if _contains_name(text, username):
        return "That contains your username, which is easy to guess."
    if _contains_name(text, organisation):
        return "That contains your organization's name, which is easy to guess."
    if _remove_separators(text) in load_leaked_passwords():
        return "That is too easy to guess: attackers try it first, because many people use it."
    if _is_guessable(text, organisation):
        return "That is too easy to guess: most of it is words and sequences that many people use."
    return None


@functools.cache
def load_leaked_passwords() -> frozenset[str]:
    """Return the passwords and words of the list, in small letters and without separators."""
    text = gzip.decompress(LEAKED_PASSWORDS_FILE.read_bytes()).decode("ascii")
    return frozenset(text.split())


def _remove_separators(text: str) -> str:
    return _SEPARATORS_PATTERN.sub("", text)


def _contains_name(text: str, name: str) -> bool:
    """Whether the text contains the name, however it is spaced; a short name only as a word."""
    folded_name = _remove_separators(unicodedata.normalize("NFKC", name).casefold())
    if len(folded_name) >= MIN_NAME_LENGTH_ANYWHERE:
        return folded_name in _remove_separators(text)
    if len(folded_name) < MIN_NAME_LENGTH:
        return False
    as_word = rf"(?<![^\W\d_]){re.escape(folded_name)}(?![^\W\d_])"
    return re.search(as_word, text) is not None


def _is_repetitive(text: str) -> bool:
    """Whether the text is made of fewer than five characters, or of one piece repeated."""
    if len(set(text)) < MIN_DISTINCT_CHARACTERS:
        return True
    # A text occurs inside its own double only when it is a shorter piece several times.
    return text in (text + text)[1:-1]


def _is_guessable(text: str, organisation: str) -> bool:
    """Whether too little is left without common words, rows of keys and repetitions."""
    parts = _SEPARATORS_PATTERN.split(organisation.casefold())
    long_parts = [part for part in parts if len(part) >= MIN_ORGANISATION_WORD_LENGTH]
    words = sorted({*long_parts, *_list_common_words()}, key=len, reverse=True)
    phrases = [word for word in words if len(word) >= MIN_PHRASE_LENGTH]
    without_leet = text.translate(LEET_TRANSLATION)
    unguessable = min(
        _count_unguessable_characters(text, words),
        _count_unguessable_characters(without_leet, words),
        _count_unguessable_characters(_remove_separators(text), phrases),
        _count_unguessable_characters(_remove_separators(without_leet), phrases),
    )
    return unguessable < MIN_UNGUESSABLE_CHARACTERS


@functools.cache
def _list_common_words() -> list[str]:
    # The longest word first: "password" must be counted before "pass".
    return sorted(COMMON_PASSWORD_WORDS | load_leaked_passwords(), key=len, reverse=True)


def _count_unguessable_characters(text: str, words: list[str]) -> int:
    """Return how many characters must be guessed.

    A common word counts as two, a row of keys as one, a repeated character as nothing.
    """
    word_count = 0
    for word in words:
        if word in text:
            word_count += text.count(word)
            text = text.replace(word, " ")
    text, sequence_count = re.subn(SEQUENCE_MARK, " ", _mark_keyboard_sequences(text))
    without_repetitions = re.sub(r"(.)\1{2,}", r"\1", text)
    return 2 * word_count + sequence_count + len(_remove_separators(without_repetitions))


def _mark_keyboard_sequences(text: str) -> str:
    """Replace four and more neighbours of the keyboard or alphabet, either way, by one mark."""
    pieces = []
    start = 0
    while start < len(text):
        length = max(_measure_sequence_length(text, start, row) for row in KEYBOARD_SEQUENCES)
        if length >= MIN_SEQUENCE_LENGTH:
            pieces.append(SEQUENCE_MARK)
            start += length
        else:
            pieces.append(text[start])
            start += 1
    return "".join(pieces)


def _measure_sequence_length(text: str, start: int, row: str) -> int:
    """Return how many characters of the text, from `start`, follow each other in the row."""
    position = row.find(text[start])
    if position < 0:
        return 0
    length = 0
    for character, neighbour in zip(text[start:], row[position:], strict=False):
        if character != neighbour:
            break
        length += 1
    return length
