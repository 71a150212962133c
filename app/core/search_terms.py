"""What somebody types into a search: letters in any case, numbers in any spelling.

Every sign is taken literally.
"""

import contextlib
import re
from typing import Any

from sqlalchemy import ColumnElement, or_

from app.domain.phones.phone_number import (
    InvalidPhoneNumber,
    PhoneNumber,
    extract_digits,
)

NUMBER_PATTERN = re.compile(r"[\d\s+().\-/‐‑–]+")


def build_text_filter(search: str, *columns: Any) -> ColumnElement[bool]:
    """One of these columns contains what was typed."""
    return or_(
        *(
            column.contains(each, autoescape=True)
            for column in columns
            for each in list_case_variants(search)
        )
    )


def build_digits_filters(search: str, column: Any, region: str) -> list[ColumnElement[bool]]:
    """This column of numbers contains what was typed; [] when that is no number."""
    return [column.contains(each) for each in extract_search_digits(search, region)]


def extract_search_digits(search: str, region: str) -> list[str]:
    """The digits to look for: as typed, without the zeros of a national number, and as the
    whole number they spell.

    None when there is anything among them that no number is written with.
    """
    digits = extract_digits(search)
    if not digits or not NUMBER_PATTERN.fullmatch(search):
        return []
    found = [digits] if len(digits) < 7 else [digits, digits.lstrip("0") or digits]
    with contextlib.suppress(InvalidPhoneNumber):  # a part of a number
        found.append(PhoneNumber.parse(search, region).e164.lstrip("+"))
    return list(dict.fromkeys(found))


def list_case_variants(search: str) -> set[str]:
    """The same in small, large and title letters.

    SQLite's LIKE folds the case of ASCII letters only.
    """
    return (
        {search} if search.isascii() else {search, search.lower(), search.upper(), search.title()}
    )
