"""Whole numbers and row ids as people, addresses and carriers write them."""

from collections.abc import Iterable

MAX_ID_DIGITS = 18  # SQLite's largest integer has 19


def parse_whole_number(text: str, max_digits: int) -> int | None:
    """Return the number that `text` spells with 1 to `max_digits` ASCII digits, else None.

    str.isdigit() alone accepts characters such as "²" that int() refuses, and an unbounded
    number overflows SQLite's integers.
    """
    if len(text) > max_digits or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def parse_id(text: str) -> int | None:
    """Return the row id that `text` spells, or None when it spells none."""
    return parse_whole_number(text, MAX_ID_DIGITS)


def parse_ids(texts: Iterable[str]) -> list[int]:
    """Return the row ids that some texts spell, each once; what spells none is left out."""
    ids = map(parse_id, dict.fromkeys(texts))
    return [id_ for id_ in ids if id_ is not None]
