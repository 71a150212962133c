"""Numbers as people write them, case by case. Cases P1, P2, P6, P7, P8, P9, P12."""

import pytest

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber

HOME = "+14155552671"


def refused(text, region="US"):
    """Return the sentence that refuses a number."""
    with pytest.raises(InvalidPhoneNumber) as bad:
        PhoneNumber.parse(text, region)
    return bad.value.sentence


# case P1 of docs/cases.md
@pytest.mark.parametrize(
    "text",
    [
        "(415) 555-2671",
        "415.555.2671",
        "４１５５５５２６７１",
        "٤١٥٥٥٥٢٦٧١",
        "tel:+1-415-555-2671",
        "415\u00a0555\u00a02671",
        "\u202a+14155552671\u202c",
        "\u200b4155552671\u200b",
        "++14155552671",
        "=+14155552671",
        "'+14155552671",
    ],
)
def test_every_spelling_is_one_number(text):
    """P1: signs, other digits, invisible marks, what spreadsheets put before it."""
    assert PhoneNumber.parse(text).e164 == HOME


# case P2 of docs/cases.md
@pytest.mark.parametrize(
    "text", ["+1 415 555 2671 ext. 5", "+1 415 555 2671 x5", "+14155552671;ext=5"]
)
def test_an_extension_cannot_get_texts(text):
    """P2: said, not dropped in silence."""
    assert refused(text) == "A number with an extension can’t receive texts."


# case P6 of docs/cases.md
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("+19005551234", "premium"),
        ("+18005551212", "toll-free"),
        ("911", "short code"),
        ("12345", "short code"),
        ("+8821612345678", "Satellite"),
    ],
)
def test_numbers_of_a_kind_that_is_nobodys_phone_are_refused_by_kind(text, sentence):
    """P6: three of them are valid numbers all the same."""
    assert sentence in refused(text)


# case P7 of docs/cases.md
@pytest.mark.parametrize(
    "text",
    [
        "+15555550100",
        "+1415555267",
        "+141555526711",
        "+99912345",
        "",
        "+",
        "None",
        "4" * 300,
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(text):
    """P7: nobody's area code, a digit too few or too many, no country, nothing, a word, 300
    digits.
    """
    assert refused(text).endswith((".", "?"))


# case P8 of docs/cases.md
def test_another_countrys_way_of_dialling_abroad_is_refused_with_the_right_one():
    """P8: 00 is not how one calls abroad from the US; 011 is."""
    assert refused("0044 20 7946 0958").endswith(
        "Start with + or 011 instead of 00: +44 20 7946 0958"
    )
    for text in ("011442079460958", "+44 (0)20 7946 0958"):
        assert (PhoneNumber.parse(text).e164, PhoneNumber.parse(text).country) == (
            "+442079460958",
            "GB",
        )


# case P9 of docs/cases.md
def test_numbers_of_neighbours_are_kept_with_their_own_country():
    """P9: the 1 that Mexico dropped is named; Puerto Rico and Jamaica begin with +1 and are not
    the US.
    """
    assert refused("+521 55 1234 5678").endswith("+52 55 1234 5678")
    assert [PhoneNumber.parse(text).country for text in ("+17875551234", "+18765551234")] == [
        "PR",
        "JM",
    ]


# case P12 of docs/cases.md
def test_the_home_country_reads_what_is_typed_and_changes_nothing_that_is_stored():
    """P12: after a move from the US to Britain."""
    assert "digit" in refused("020 7946 0958")
    assert PhoneNumber.parse("020 7946 0958", "GB").e164 == "+442079460958"
    assert PhoneNumber.parse(HOME, "GB").e164 == HOME
