"""The words of answer_words.txt: what people answer, by what it means."""

from pathlib import Path

ANSWER_WORDS_FILE = Path(__file__).with_name("answer_words.txt")


def _load_answer_words() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in ANSWER_WORDS_FILE.read_text(encoding="utf-8").splitlines():
        kind, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            found.setdefault(kind, set()).update(word.strip() for word in words.split(","))
    return {kind: frozenset(words) for kind, words in found.items()}


ANSWER_WORDS = _load_answer_words()


def map_numbered_words(kind: str) -> dict[str, int]:
    """Each word of the kinds "<kind> 0", "<kind> 1" … with its number; "" for the plain numbers."""
    named = {
        each.removeprefix(f"{kind} ") if kind else each: words
        for each, words in ANSWER_WORDS.items()
        if kind in each
    }
    return {word: int(value) for value, words in named.items() if value.isdigit() for word in words}
