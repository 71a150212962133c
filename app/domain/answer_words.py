"""The words of answer_words.txt: what people answer, by what it means."""

from pathlib import Path

FILE = Path(__file__).with_name("answer_words.txt")


def _read() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        kind, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            found.setdefault(kind, set()).update(
                word.strip() for word in words.split(",")
            )
    return {kind: frozenset(words) for kind, words in found.items()}


WORDS = _read()


def numbered(kind: str) -> dict[str, int]:
    """Each word of the kinds "<kind> 0", "<kind> 1" … with its number; "" for the plain numbers."""
    named = {
        each.removeprefix(f"{kind} ") if kind else each: words
        for each, words in WORDS.items()
        if kind in each
    }
    return {
        word: int(value)
        for value, words in named.items()
        if value.isdigit()
        for word in words
    }
