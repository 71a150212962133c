"""Old and other spellings of numbers in countries that changed their numbering.

One phone may be written in two ways: Argentina's mobiles with and without the 9 behind +54, and
what carriers and address books keep of a plan that has changed (Mexico's 1, Brazil's ninth
digit). `canonicalize_phone()` is the one place that says which spelling is stored; whatever
brings a number in asks it (docs/decisions/0016-one-phone-one-spelling.md).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType

TEXTABLE_NUMBER_TYPES = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.PAGER}
)


@dataclass(frozen=True)
class Renumbering:
    """How one country writes its mobiles now: `pattern` matches the whole old national number.

    `keeps_both`: the old spelling is still a number that the country's plan allows.
    """

    calling_code: int
    pattern: re.Pattern[str]
    replacement: str
    sentence: str
    keeps_both: bool = False


class CurrentNumber(NamedTuple):
    """A number as it is written now, and the sentence that says what has changed."""

    e164: str
    sentence: str


def _build(
    calling_code: int, pattern: str, replacement: str, sentence: str, *, keeps_both: bool = False
) -> Renumbering:
    return Renumbering(calling_code, re.compile(pattern), replacement, sentence, keeps_both)


_MEXICO = "Mobile numbers in Mexico no longer have a 1 after 52"
_MEXICO_PREFIXES = "Numbers in Mexico no longer start with 01, 044 or 045"
_IVORY_COAST = "Numbers in Côte d’Ivoire have had ten digits since 2021"
_VIETNAM = "Mobile numbers in Vietnam have had one digit fewer since 2018"
# Old first digits of mobiles in Vietnam and the new ones.
_VIETNAM_PREFIXES = {
    "120": "70",
    "121": "79",
    "122": "77",
    "126": "76",
    "128": "78",
    "123": "83",
    "124": "84",
    "125": "85",
    "127": "81",
    "129": "82",
    "162": "32",
    "163": "33",
    "164": "34",
    "165": "35",
    "166": "36",
    "167": "37",
    "168": "38",
    "169": "39",
    "186": "56",
    "188": "58",
    "199": "59",
}
# From the national announcements, which Wikipedia's page of each country's numbers lists.
RENUMBERINGS = (
    _build(52, r"1(\d{10})", r"\1", _MEXICO),
    _build(52, r"(?:01|044|045)(\d{10})", r"\1", _MEXICO_PREFIXES),
    _build(
        54,
        r"([1-3]\d{9})",
        r"9\1",
        "Mobile numbers in Argentina have a 9 after 54",
        keeps_both=True,
    ),
    _build(55, r"([1-9]\d)([6-9]\d{7})", r"\g<1>9\2", "Mobile numbers in Brazil start with a 9"),
    # The second of the old eight digits told the operator.
    _build(225, r"([04-9][0-3]\d{6})", r"01\1", _IVORY_COAST),
    _build(225, r"([04-9][4-6]\d{6})", r"05\1", _IVORY_COAST),
    _build(225, r"([04-9][7-9]\d{6})", r"07\1", _IVORY_COAST),
    _build(229, r"(\d{8})", r"01\1", "Numbers in Benin have started with 01 since November 2024"),
    _build(230, r"([479]\d{6})", r"5\1", "Numbers in Mauritius have started with 5 since 2013"),
    _build(237, r"([579]\d{7})", r"6\1", "Numbers in Cameroon have started with 6 since 2014"),
    _build(
        241,
        r"0([256]\d{6})",
        r"6\1",
        "Numbers in Gabon have had new prefixes since 2019",
        keeps_both=True,
    ),
    _build(
        241,
        r"0([47]\d{6})",
        r"7\1",
        "Numbers in Gabon have had new prefixes since 2019",
        keeps_both=True,
    ),
    *(
        _build(84, rf"{old}(\d{{7}})", rf"{new}\1", _VIETNAM)
        for old, new in _VIETNAM_PREFIXES.items()
    ),
)
_CALLING_CODES = frozenset(rule.calling_code for rule in RENUMBERINGS)
_RENUMBERED_PREFIXES = tuple(f"+{code}" for code in sorted(_CALLING_CODES))


def canonicalize_phone(phone: str) -> str:
    """Return the one spelling in which a number in E.164 is stored; other text is unchanged."""
    if not phone.startswith(_RENUMBERED_PREFIXES):
        return phone
    return _canonicalize_renumbered(phone)


# Cached: a conversation or a file has the same few numbers again and again.
@lru_cache(maxsize=4096)
def _canonicalize_renumbered(phone: str) -> str:
    for calling_code, national_number in _split_calling_code(phone.removeprefix("+")):
        current = find_current_number(calling_code, national_number)
        if current is not None:
            return current.e164
    return phone


def find_current_number(calling_code: int, national_number: str) -> CurrentNumber | None:
    """Return how a number in an old spelling is written now, or None when it has not changed."""
    for rule in RENUMBERINGS:
        if rule.calling_code != calling_code or not rule.pattern.fullmatch(national_number):
            continue
        if not rule.keeps_both and _find_type(calling_code, national_number) is not None:
            continue
        new_number = rule.pattern.sub(rule.replacement, national_number)
        if _find_type(calling_code, new_number) in TEXTABLE_NUMBER_TYPES:
            return CurrentNumber(f"+{calling_code}{new_number}", rule.sentence)
    return None


def find_current_spelling(digits: str) -> CurrentNumber | None:
    """Return the same for international digits that are written without plus."""
    for calling_code, national_number in _split_calling_code(digits):
        current = find_current_number(calling_code, national_number)
        if current is not None:
            return current
    return None


def list_renumbered_prefixes() -> tuple[str, ...]:
    """Return the beginnings in E.164 of the countries that have two spellings: ("+225", …)."""
    return _RENUMBERED_PREFIXES


def _split_calling_code(digits: str) -> Iterator[tuple[int, str]]:
    for length in (2, 3):
        code = digits[:length]
        if code.isdecimal() and int(code) in _CALLING_CODES:
            yield int(code), digits[length:]


def _find_type(calling_code: int, national_number: str) -> int | None:
    """Return the type of a number, or None for a number that the country's plan does not have."""
    try:
        number = phonenumbers.parse(f"+{calling_code}{national_number}", None)
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.national_significant_number(number)
    number_type = phonenumbers.number_type(number)
    if written != national_number or number_type == PhoneNumberType.UNKNOWN:
        return None
    return int(number_type)
