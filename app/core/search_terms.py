"""SQL filters for a typed search: letters in any case, phone numbers in any spelling.

Every character is taken literally; none is a wildcard.
"""

import contextlib
import re
from typing import Any

from sqlalchemy import ColumnElement, or_

from app.domain.phones.phone_number import PhoneNumber, extract_digits
from app.domain.phones.phone_problems import InvalidPhoneNumber

NUMBER_PATTERN = re.compile(r"[\d\s+().\-/‐‑–]+")


def build_text_filter(search: str, *columns: Any) -> ColumnElement[bool]:
    """Return the condition that one of these columns contains the search text."""
    variants = list_case_variants(search)
    conditions = []
    for column in columns:
        conditions += [column.contains(variant, autoescape=True) for variant in variants]
    return or_(*conditions)


def build_digits_filters(search: str, column: Any, region: str) -> list[ColumnElement[bool]]:
    """Return conditions for a column of phone numbers; [] when the search is no number."""
    return [column.contains(digits) for digits in extract_search_digits(search, region)]


def extract_search_digits(search: str, region: str) -> list[str]:
    """Return the digits to look for; [] when the search has a character that no number has.

    They are the digits as typed, without the leading zeros of a national number, and of the
    international number that they spell in `region`.
    """
    digits = extract_digits(search)
    if not digits or not NUMBER_PATTERN.fullmatch(search):
        return []
    variants = [digits]
    # Fewer than 7 digits are a segment of a number, where zeros mean themselves.
    if len(digits) >= 7:
        variants.append(digits.lstrip("0") or digits)
    with contextlib.suppress(InvalidPhoneNumber):
        variants.append(PhoneNumber.parse(search, region).e164.lstrip("+"))
    return list(dict.fromkeys(variants))


def list_case_variants(search: str) -> set[str]:
    """Return the text as typed, in lower case, upper case and title case.

    SQLite's LIKE folds the case of ASCII letters only, so ASCII text needs no variants.
    """
    if search.isascii():
        return {search}
    return {search, search.lower(), search.upper(), search.title()}
