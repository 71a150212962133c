"""What somebody types into a search: letters in any case, numbers in any spelling. Every sign is taken literally."""

import contextlib
import re
from typing import Any

from sqlalchemy import ColumnElement, or_

from app.domain.phone import BadPhone, Phone, digits_of

NUMBER = re.compile(r"[\d\s+().\-/‐‑–]+")


def has_words(search: str, *columns: Any) -> ColumnElement[bool]:
    """One of these columns contains what was typed."""
    return or_(*(column.contains(each, autoescape=True) for column in columns for each in _cases(search)))


def has_digits(search: str, column: Any, region: str) -> list[ColumnElement[bool]]:
    """This column of numbers contains what was typed; [] when that is no number.

    As typed, without the zeros of a national number, and as the whole number it spells in `region`.
    """
    digits = digits_of(search)
    if not digits or not NUMBER.fullmatch(search):
        return []
    found = [digits] if len(digits) < 7 else [digits, digits.lstrip("0") or digits]
    with contextlib.suppress(BadPhone):  # a part of a number
        found.append(Phone.read(search, region).e164.lstrip("+"))
    return [column.contains(each) for each in dict.fromkeys(found)]


def _cases(search: str) -> set[str]:
    """SQLite's LIKE folds the case of ASCII letters only."""
    return {search} if search.isascii() else {search, search.lower(), search.upper(), search.title()}
