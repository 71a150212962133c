"""The words that people answer with, by what they mean: the table answer_words.txt."""

from pathlib import Path

ANSWER_WORDS_FILE = Path(__file__).with_name("answer_words.txt")


def _load_answer_words() -> dict[str, frozenset[str]]:
    words_by_meaning: dict[str, set[str]] = {}
    for line in ANSWER_WORDS_FILE.read_text(encoding="utf-8").splitlines():
        meaning, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            words_by_meaning.setdefault(meaning, set()).update(map(str.strip, words.split(",")))
    return {meaning: frozenset(words) for meaning, words in words_by_meaning.items()}


# Read once, at import: parsing an answer must not touch the disk.
ANSWER_WORDS = _load_answer_words()


def map_numbered_words(kind: str) -> dict[str, int]:
    """Return the words of the meanings "<kind> 0", "<kind> 1" …, each with its number.

    With kind "" these are the number words, whose meanings are plain numbers.
    """
    numbers: dict[str, int] = {}
    for meaning, words in ANSWER_WORDS.items():
        name, _, number = meaning.rpartition(" ")
        if name == kind and number.isdigit():
            numbers.update(dict.fromkeys(words, int(number)))
    return numbers
