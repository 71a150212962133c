"""SQL filters for a typed search: names in any spelling, phone numbers in any spelling.

Accents, capitals, apostrophes and hyphens make no difference, and words may come in any order.
Every other character is taken literally; none is a wildcard.
"""

import contextlib
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_

from app.core.permission_checks import may_see_numbers
from app.domain.phones.phone_number import PhoneNumber, extract_digits
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.texts.name_folding import split_search_words

NUMBER_PATTERN = re.compile(r"[\d\s+().\-/‐‑–]+")
# Texts with a character that fold_name() changes in more than its case: no ASCII, or "'".
UNPLAIN_GLOB = "*[^ -&(-~]*"


def build_text_filter(search: str, *columns: Any) -> ColumnElement[bool]:
    """Return the condition that every word of the search is in one of these columns."""
    words = split_search_words(search)
    if not words:
        # Nothing but signs: they are looked for as they are.
        return or_(*(column.contains(search, autoescape=True) for column in columns))
    return and_(*(_contains_spelling(columns, spellings) for spellings in words))


def _contains_spelling(columns: Sequence[Any], spellings: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that one spelling of a word is in one of the columns."""
    return or_(*(_contains(column, word) for column in columns for word in spellings))


def build_folded_filter(
    search: str, folded_column: Any, written_column: Any
) -> ColumnElement[bool]:
    """Return the same condition for a column that is stored folded as well."""
    words = split_search_words(search)
    if not words:
        return build_text_filter(search, written_column)
    return and_(*(_contains_folded(folded_column, spellings) for spellings in words))


def _contains_folded(folded_column: Any, spellings: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(folded_column.contains(word, autoescape=True) for word in spellings))


def fold_for_order(column: Any) -> ColumnElement[Any]:
    """Return the order of names in which A and Á are neighbours, for columns without folded one."""
    folded = func.fold_name(column)
    return case((column.op("GLOB")(UNPLAIN_GLOB), folded), else_=func.lower(column))


def _contains(column: Any, folded_word: str) -> ColumnElement[bool]:
    """Return whether a column contains a folded word.

    LIKE reads plain ASCII in any case by itself; only other texts are folded, by a function of
    Python: 1 µs a row, a hundred times as much as LIKE takes.
    """
    as_folded = func.fold_name(column).contains(folded_word, autoescape=True)
    return or_(
        column.contains(folded_word, autoescape=True),
        and_(column.op("GLOB")(UNPLAIN_GLOB), as_folded),
    )


def extract_seen_digits(search: str) -> str:
    """Return the digits of a search; "" for those who may not see numbers.

    They could find a number out digit by digit.
    """
    return extract_digits(search) if may_see_numbers() else ""


def build_digits_filters(search: str, column: Any, region: str) -> list[ColumnElement[bool]]:
    """Return conditions for a column of phone numbers; [] when the search is no number."""
    return [column.contains(digits) for digits in extract_search_digits(search, region)]


def extract_search_digits(search: str, region: str) -> list[str]:
    """Return the digits to look for; [] when the search has a character that no number has.

    They are those of extract_seen_digits() as typed, without the leading zeros of a national
    number, and of the international number that they spell in `region`.
    """
    digits = extract_seen_digits(search)
    if not digits or not NUMBER_PATTERN.fullmatch(search):
        return []
    variants = [digits]
    # Fewer than 7 digits are a segment of a number, where zeros mean themselves.
    if len(digits) >= 7:
        variants.append(digits.lstrip("0") or digits)
    with contextlib.suppress(InvalidPhoneNumber):
        variants.append(PhoneNumber.parse(search, region).e164.lstrip("+"))
    return list(dict.fromkeys(variants))
