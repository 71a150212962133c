"""Which texts are an answer with a code, and what the text about a request is."""

import pytest

from app.domain.delivery.approval_texts import (
    CodeAnswer,
    hide_approval_code,
    parse_code_answer,
    write_request_text,
)
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units


@pytest.mark.parametrize("text", ["482913", " 482913\n", "482 913", "482-913", "“482913”."])
def test_a_code_alone_approves(text):
    assert parse_code_answer(text) == CodeAnswer("482913", is_approval=True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("No 482913", ""),
        ("decline 482913.", ""),
        ("NO: 482 913 - on Friday, not today", "on Friday, not today"),
    ],
)
def test_no_before_the_code_declines(text, reason):
    assert parse_code_answer(text) == CodeAnswer("482913", is_approval=False, reason=reason)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "STOP 482913",
        "STOP",
        "482913 wait",
        "482913?? who is this",
        "yes",
        "48291",
        "4829131",
        "my code is 482913",
        "YES 482913",
        "four 82913",
    ],
)
def test_every_other_text_decides_nothing(text):
    assert parse_code_answer(text) is None


def test_a_long_text_is_cut_and_the_code_stays():
    text = write_request_text("482913", 1, "about $0.10", "Sol", "😀" * MAX_MESSAGE_CHARACTERS)
    assert text.startswith("Reply 482913 to approve: 1 person, about $0.10, by Sol.\n\n😀")
    assert text.endswith("…")
    assert count_utf16_units(text) <= MAX_MESSAGE_CHARACTERS
    assert "482913" not in hide_approval_code(text)


def test_texts_in_other_languages_are_named_as_the_code_approves_them_too():
    text = write_request_text("482913", 6, "6 segments", "Sol", "Picnic at noon", 2)
    first_line = "Reply 482913 to approve: 6 people, 6 segments, by Sol."
    assert text == f"{first_line} Its page has 2 more texts in other languages.\n\nPicnic at noon"
