"""What people type as a phone number, and what we keep of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.phones.phone_number import PhoneNumber, extract_digits, format_phone_number, is_e164
from app.domain.phones.phone_problems import InvalidPhoneNumber, PhoneProblem

SPELLINGS = [
    "(415) 555-2671",
    "415.555.2671",
    "415-555-2671",
    "4155552671",
    "1 415 555 2671",
    "+1 (415) 555-2671",
    "tel:+1-415-555-2671",
    "TEL: +14155552671",
    "＋１４１５５５５２６７１",
    "٤١٥ ٥٥٥ ٢٦٧١",
    "\u00a0415\u00a0555\u00a02671\u00a0",
    "\u202a+14155552671\u202c",
    "\u200b+1415555\u200b2671",
    "++14155552671",
    "+ +14155552671",
    "=+14155552671",
    '="+14155552671"',
    "'+14155552671",
    "’+1 415 555 2671",
    "415‑555‑2671",
    "415–555–2671",
    "\t4155552671\r\n",
]

REFUSED = [
    ("", PhoneProblem.EMPTY),
    (" \u200b\u00a0", PhoneProblem.EMPTY),
    ("+", PhoneProblem.NOT_A_NUMBER),
    ("None", PhoneProblem.NOT_A_NUMBER),
    ("n/a", PhoneProblem.NOT_A_NUMBER),
    ("🙂4155552671", PhoneProblem.NOT_A_NUMBER),
    ("415*5552671", PhoneProblem.NOT_A_NUMBER),
    ("+1 415 555 2671 ext. 5", PhoneProblem.EXTENSION),
    ("4155552671 x5", PhoneProblem.EXTENSION),
    ("4155552671X12", PhoneProblem.EXTENSION),
    ("4155552671;ext=5", PhoneProblem.EXTENSION),
    ("415 555 2671 extension 77", PhoneProblem.EXTENSION),
    ("415 555 2671 #7", PhoneProblem.EXTENSION),
    ("1-800-FLOWERS", PhoneProblem.LETTERS),
    ("call 4155552671", PhoneProblem.LETTERS),
    ("4155552671 (cell)", PhoneProblem.LETTERS),
    ("4.155552671E+9", PhoneProblem.LETTERS),
    ("=SUM(4155552671)", PhoneProblem.LETTERS),
    ("<b>4155552671</b>", PhoneProblem.LETTERS),
    ("+99912345", PhoneProblem.NO_COUNTRY),
    ("+15555550100", PhoneProblem.NOT_IN_USE),
    ("+11111111111", PhoneProblem.NOT_IN_USE),
    ("+1415555267", PhoneProblem.TOO_SHORT),
    ("555-2671", PhoneProblem.TOO_SHORT),
    ("+12345", PhoneProblem.TOO_SHORT),
    ("+141555526711", PhoneProblem.TOO_LONG),
    ("415-555-2671/415-555-2672", PhoneProblem.TWO_NUMBERS),
    ("4" * 300, PhoneProblem.TOO_LONG),
    ("4" * 1_000_000, PhoneProblem.TOO_LONG),
    ("911", PhoneProblem.SHORT_CODE),
    ("12345", PhoneProblem.SHORT_CODE),
    ("326654", PhoneProblem.SHORT_CODE),
    ("+19005551234", PhoneProblem.PREMIUM),
    ("+18005551212", PhoneProblem.TOLL_FREE),
    ("+80012345678", PhoneProblem.TOLL_FREE),
    ("+448081570000", PhoneProblem.TOLL_FREE),
    ("+8821612345678", PhoneProblem.SATELLITE),
    ("+883510012345678", PhoneProblem.SATELLITE),
    ("+15005550006", PhoneProblem.FORWARDING),
    ("+447012345678", PhoneProblem.FORWARDING),
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_of_a_number_is_the_same_number(text):
    assert PhoneNumber.parse(text).e164 == "+14155552671"


@pytest.mark.parametrize(("text", "problem"), REFUSED, ids=[text[:30] for text, _ in REFUSED])
def test_what_cannot_get_texts_is_refused_with_its_reason(text, problem):
    with pytest.raises(InvalidPhoneNumber) as refused:
        PhoneNumber.parse(text)
    assert refused.value.problem is problem
    assert refused.value.sentence.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "e164", "country", "formatted"),
    [
        ("+13035550142", "+13035550142", "US", "+1 303 555 0142"),
        ("212 555 0100", "+12125550100", "US", "+1 212 555 0100"),
        ("+17875551234", "+17875551234", "PR", "+1 787 555 1234"),
        ("+18765551234", "+18765551234", "JM", "+1 876 555 1234"),
        ("011442079460958", "+442079460958", "GB", "+44 20 7946 0958"),
        ("+44 (0)20 7946 0958", "+442079460958", "GB", "+44 20 7946 0958"),
        ("+52 55 1234 5678", "+525512345678", "MX", "+52 55 1234 5678"),
    ],
)
def test_numbers_of_other_countries_are_kept_with_their_country(text, e164, country, formatted):
    phone = PhoneNumber.parse(text)
    assert (phone.e164, phone.country, phone.formatted) == (e164, country, formatted)


@pytest.mark.parametrize("last", range(100, 200))
def test_the_pretend_numbers_of_practice_are_numbers(last):
    assert PhoneNumber.parse(f"(303) 555-0{last}").e164 == f"+13035550{last}"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("0044 20 7946 0958", "Start with + or 011 instead of 00: +44 20 7946 0958"),
        ("+521 55 1234 5678", "no longer have a 1 after 52: +52 55 1234 5678"),
    ],
)
def test_a_refusal_shows_the_number_that_was_probably_meant(text, hint):
    with pytest.raises(InvalidPhoneNumber) as refused:
        PhoneNumber.parse(text)
    assert refused.value.problem is PhoneProblem.NOT_IN_USE
    assert refused.value.sentence.startswith("No phone can have this number. ")
    assert hint in refused.value.sentence


def test_the_home_country_decides_about_numbers_without_a_plus():
    assert PhoneNumber.parse("020 7946 0958", "GB").e164 == "+442079460958"
    assert PhoneNumber.parse("0044 20 7946 0958", "GB").e164 == "+442079460958"
    assert PhoneNumber.parse("+1 415 555 2671", "GB").e164 == "+14155552671"
    with pytest.raises(InvalidPhoneNumber):
        PhoneNumber.parse("020 7946 0958", "US")


def test_without_a_known_home_country_a_plus_is_asked_for():
    assert PhoneNumber.parse("+14155552671", "Atlantis").e164 == "+14155552671"
    with pytest.raises(InvalidPhoneNumber) as refused:
        PhoneNumber.parse("4155552671", "Atlantis")
    assert refused.value.sentence == (
        "This does not look like a phone number. Start with + and the country code."
    )


@given(st.text(max_size=40) | st.from_regex(r"[-+0-9 ().x#=]{0,25}", fullmatch=True))
def test_any_text_is_a_number_or_refused(text):
    try:
        phone = PhoneNumber.parse(text)
    except InvalidPhoneNumber:
        return
    assert is_e164(phone.e164)
    assert PhoneNumber.parse(phone.e164) == phone == PhoneNumber.parse(phone.formatted)


@given(st.text())
def test_showing_a_stored_number_never_fails(text):
    assert isinstance(format_phone_number(text), str)


def test_text_that_is_no_number_is_shown_as_it_is():
    assert format_phone_number("32665") == "32665"
    assert format_phone_number("MGabc") == "MGabc"
    assert format_phone_number("+99912345678") == "+99912345678"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("+14155552671", True),
        ("+1234567", True),
        ("+123456789012345", True),
        ("+1234567890123456", False),
        ("+123456", False),
        ("14155552671", False),
        ("+04155552671", False),
        ("+1415555267١", False),
        ("+14155552671\n", False),
        ("whatsapp:+14155552671", False),
        ("32665", False),
        ("", False),
    ],
)
def test_a_carriers_number_is_judged_by_its_shape_only(text, good):
    assert is_e164(text) is good


def test_digits_are_found_in_any_spelling():
    assert extract_digits("(٣03) ５55-01x4₂") == "30355501" + "4"
