"""Parts and encoding, measured against Twilio's own calculator and against a count done the
slow way.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.texts.segments import (
    GSM7_BASIC_CHARACTERS,
    GSM7_EXTENDED_CHARACTERS,
    GSM7_REPLACEMENTS,
    MAX_MESSAGE_CHARACTERS,
    SmsEncoding,
    count_utf16_units,
    find_costly_characters,
    measure_segments,
    replace_costly_characters,
)

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "parts.json").read_text("utf-8"))
FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize("name", VECTORS)
def test_twilios_calculator_counts_the_same(name):
    vector = VECTORS[name]
    weight = measure_segments(vector["text"])
    assert (weight.encoding, weight.segments) == (vector["encoding"], vector["parts"])


@pytest.mark.parametrize(
    ("text", "segments", "left"),
    [  # counted by Twilio's calculator 1.3.0
        ("ж" * 60 + "👍🏽" * 3, 2, 67 - 12 + 4),
        ("ж" * 66 + FAMILY, 2, 67 - 11),
        ("ж" * 65 + FAMILY + "ж" * 56, 2, 0),
        ("ж" * 65 + FAMILY + "ж" * 57, 3, 66),
        ("ж" * 66 + "🇬🇧" + "ж", 2, 62),
        ("ж" * 66 + "e\u0301" + "ж" * 65, 2, 0),
        ("ж" * 66 + "❤\ufe0f" + "ж" * 66, 3, 66),
        ("ж" + "e" + "\u0301" * 100, 2, 67 - 35),
    ],
    ids=[
        "skin",
        "family",
        "family fits",
        "family moves",
        "flag",
        "accent",
        "heart",
        "a hundred accents",
    ],
)
def test_what_a_reader_sees_as_one_sign_is_never_cut(text, segments, left):
    weight = measure_segments(text)
    assert (weight.encoding, weight.segments, weight.units_left) == (
        SmsEncoding.UCS2,
        segments,
        left,
    )


@pytest.mark.parametrize(
    ("text", "units", "segments", "left"),
    [
        ("", 0, 1, 160),
        ("a" * 160, 160, 1, 0),
        ("a" * 161, 161, 2, 145),
        ("€", 2, 1, 158),
        ("a" * 152 + "€" + "a" * 152, 306, 3, 152),
        ("ж", 1, 1, 69),
        ("ж" * 71, 71, 2, 63),
        ("\x1b", 1, 1, 69),
    ],
)
def test_units_and_room_are_those_of_the_last_segment(text, units, segments, left):
    weight = measure_segments(text)
    assert (weight.units, weight.segments, weight.units_left) == (units, segments, left)


def size_in_gsm7(character: str) -> int:
    return 2 if character in GSM7_EXTENDED_CHARACTERS else 1


def size_in_ucs2(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1


def measure_slowly(text: str) -> tuple[str, int]:
    """Count segments as the standard says: what does not fit begins the next segment."""
    if set(text) <= set(GSM7_BASIC_CHARACTERS + GSM7_EXTENDED_CHARACTERS):
        name, sizes = "GSM-7", list(map(size_in_gsm7, text))
        single, part = 160, 153
    else:
        name, sizes = "UCS-2", list(map(size_in_ucs2, text))
        single, part = 70, 67
    if sum(sizes) <= single:
        return name, 1
    parts, free = 0, 0
    for size in sizes:
        if size > free:
            parts, free = parts + 1, part
        free -= size
    return name, parts


@given(
    st.text(
        st.sampled_from(GSM7_BASIC_CHARACTERS + GSM7_EXTENDED_CHARACTERS * 10),
        max_size=700,
    )
)
def test_gsm_texts_are_counted_as_the_slow_way_does(text):
    measured = measure_segments(text)
    assert (measured.encoding, measured.segments) == measure_slowly(text)


@given(st.text(st.sampled_from("aж€’中🎉🐈"), max_size=400))
def test_other_texts_are_counted_as_the_slow_way_does(text):
    measured = measure_segments(text)
    assert (measured.encoding, measured.segments) == measure_slowly(text)


@given(st.text(max_size=300))
def test_any_text_has_a_weight(text):
    weight = measure_segments(text)
    assert weight.segments >= 1
    assert weight.units_left >= 0


@given(
    st.text(
        st.sampled_from(GSM7_BASIC_CHARACTERS + "".join(GSM7_REPLACEMENTS) + "ж🎉"),
        max_size=200,
    )
)
def test_plain_signs_leave_nothing_costly_and_never_add_parts(text):
    assert find_costly_characters(replace_costly_characters(text)) == []
    assert (
        measure_segments(replace_costly_characters(text)).segments
        <= measure_segments(text).segments
    )


def test_the_author_sees_which_signs_cost_and_what_stands_in_for_them():
    assert find_costly_characters("Don’t miss it – it’s “free”…") == [
        ("’", "'"),
        ("–", "-"),
        ("“", '"'),
        ("”", '"'),
        ("…", "..."),
    ]
    assert (
        replace_costly_characters("Don’t\u00a0miss\tit – it’s “free”…\u200b")
        == "Don't miss it - it's \"free\"..."
    )


def test_letters_and_emoji_are_nobodys_business():
    assert find_costly_characters("Привет, ça va? 🎉 ñ €") == []
    assert replace_costly_characters("Привет, ça va? 🎉") == "Привет, ça va? 🎉"


@pytest.mark.parametrize("sign", GSM7_REPLACEMENTS)
def test_every_costly_sign_costs_and_its_replacement_does_not(sign):
    assert measure_segments(sign).encoding == SmsEncoding.UCS2
    assert measure_segments(GSM7_REPLACEMENTS[sign]).encoding == SmsEncoding.GSM7


def test_characters_are_counted_as_browsers_and_twilio_count_them():
    assert count_utf16_units("a" * MAX_MESSAGE_CHARACTERS) == 1600
    assert count_utf16_units("é🎉") == 3
    assert count_utf16_units("\ud800") == 1
