"""Which country a number belongs to, by how it begins."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from app.domain.phones.phone_countries import (
    find_main_country,
    find_phone_country,
    list_country_prefixes,
)

KINDS = (
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
)


def examples(region):
    """Numbers of a region as the library knows them."""
    numbers = (phonenumbers.example_number_for_type(region, kind) for kind in KINDS)
    return [
        phonenumbers.format_number(number, PhoneNumberFormat.E164) for number in numbers if number
    ]


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_regions_numbers_begin_as_its_country_does(region):
    for phone in examples(region):
        country = find_phone_country(phone)
        assert country == find_main_country(region)
        assert phone.startswith(list_country_prefixes(country))


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("+13035550142", "US"),
        ("+14165550142", "CA"),
        ("+17875550142", "PR"),
        ("+447700900123", "GB"),
        ("+447624123456", "GB"),
        ("+77011234567", "KZ"),
        ("+79161234567", "RU"),
        ("+524155551234", "MX"),
        ("+12005550142", ""),
        ("+80012345678", ""),
        ("+8812345678", ""),
        ("+999", ""),
        ("+1", ""),
        ("+", ""),
        ("", ""),
    ],
)
def test_the_country_of_a_number(phone, country):
    assert find_phone_country(phone) == country


def test_an_island_counts_as_the_country_whose_calling_code_it_has():
    assert [find_main_country(region) for region in ("JE", "VA", "US", "CA", "KZ", "XX")] == [
        *("GB", "IT", "US", "CA", "KZ", "XX")
    ]


def test_canada_is_not_the_united_states():
    assert not set(list_country_prefixes("US")) & set(list_country_prefixes("CA"))
    assert list_country_prefixes("GB") == ("+44",)
    assert list_country_prefixes("KZ") == ("+76", "+77")
    assert (
        list_country_prefixes("")
        == list_country_prefixes("001")
        == list_country_prefixes("XX")
        == ()
    )


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_number_begins_like_its_own_country_and_no_other(phone):
    country = find_phone_country(phone)
    assert phone.startswith(list_country_prefixes(country)) is bool(country)
    for other in ("US", "CA", "GB", "RU", "KZ", "MX"):
        assert phone.startswith(list_country_prefixes(other)) is (country == other)
