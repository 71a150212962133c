"""The quick way of reading a number says what the slow one says."""

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import PROBLEM_BY_NUMBER_TYPE, InvalidPhoneNumber
from app.domain.phones.phone_renumbering import canonicalize_phone

SPELLINGS = [
    "{0}{1}{2}",
    "({0}) {1}-{2}",
    "{0}-{1}-{2}",
    "+1{0}{1}{2}",
    "+1 {0} {1} {2}",
    "1{0}{1}{2}",
    "+{0}{1}{2}",
]
REGIONS = ["US", "CA", "BS", "JM", "PR", "DE", "MX", "GB", "IT", "AR", "BR"]


def slowly(text, region):
    """Return what the library finds, by one call after the other."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.number_type(number)
    if (
        not phonenumbers.is_valid_number(number)
        or kind in PROBLEM_BY_NUMBER_TYPE
        or kind == PhoneNumberType.UNKNOWN
    ):
        return None
    if phonenumbers.region_code_for_number(number) == "001" and number.country_code != 800:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@given(st.integers(0, 9_999_999_999), st.sampled_from(SPELLINGS), st.sampled_from(REGIONS))
def test_ten_digits_in_any_spelling(number, spelling, region):
    digits = f"{number:010}"
    text = spelling.format(digits[:3], digits[3:6], digits[6:])
    assume(not may_mean_two_numbers(text, region))
    same(text, region)


@given(st.from_regex(r"\+[0-9]{7,14}", fullmatch=True), st.sampled_from(REGIONS))
def test_any_digits_behind_a_plus(text, region):
    same(text, region)


@given(st.from_regex(r"[0-9]{7,14}", fullmatch=True), st.sampled_from(REGIONS[:5]))
def test_any_digits_in_north_america(text, region):
    same(text, region)


@pytest.mark.parametrize(
    "text",
    [
        "+8821612345678",
        "+870773111632",
        "+80012345678",
        "+390669812345",
        "+18764567890",
    ],
)
def test_odd_countries(text):
    same(text, "US")


def same(text, region):
    try:
        read = PhoneNumber.parse(text, region).e164
    except InvalidPhoneNumber:
        read = None
    expected = slowly(text, region)
    assert read == (expected and canonicalize_phone(expected))


def may_mean_two_numbers(text, region):
    """Whether the digits begin with the country's own code, or 1: their plus may have been lost.

    How those are read is in test_phone_misreadings.py.
    """
    code = str(phonenumbers.country_code_for_region(region))
    return code != "1" and text.lstrip("( ").startswith((code, "1"))
