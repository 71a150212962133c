"""What is kept of a typed text and of a typed name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.texts.text_cleaning import clean_name, clean_text, is_blank_text


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  hello  ", "hello"),
        ("a\r\nb\rc\n\td", "a\nb\nc\n\td"),
        ("nul\x00 bell\x07 del\x7f c1\x85", "nul bell del c1"),
        ("\u202eexe\u202c \u2066x\u2069", "exe x"),
        ("\ud800half", "half"),
        (
            "Cafe\u0301 🏳\ufe0f\u200d🌈 שלום\u200f",
            "Cafe\u0301 🏳\ufe0f\u200d🌈 שלום\u200f",
        ),
        (" \x00\n ", ""),
    ],
)
def test_a_text_keeps_what_was_typed_and_loses_what_nobody_typed(typed, cleaned):
    assert clean_text(typed) == cleaned


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  Zoe   Example ", "Zoe Example"),
        ("Zoe\r\n\tExample", "Zoe Example"),
        ("Zoe\u00a0Example", "Zoe Example"),
        ("Zo\x00e", "Zoe"),
        ("\u202eeoZ\u202c", "eoZ"),
        ("\ufeffZoe\u200b", "Zoe"),
        ("Null", "Null"),
        ("O'Brien", "O'Brien"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}}", "{{7*7}}"),
        ('"; DROP TABLE', '"; DROP TABLE'),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("🇬🇧", "🇬🇧"),
        ("שרה", "שרה"),
        ("e" + "\u0301" * 50, "é" + "\u0301" * 49),
        ("Jose\u0301 Pen\u0303a", "José Peña"),
        ("", None),
        ("  ", None),
        ("\u200b", None),
        ("\u200b \u2060\ufeff", None),
        ("\u3164", None),
        ("\u2800", None),
        ("\x00", None),
        ("\ud83d", None),
    ],
)
def test_a_name_is_kept_as_typed_on_one_line(typed, cleaned):
    assert clean_name(typed) == cleaned


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean_text(clean_text(text)) == clean_text(text)
    once = clean_name(text)
    assert once is None or clean_name(once) == once
    clean_text(text).encode()


def test_blank_is_what_a_reader_cannot_see():
    assert is_blank_text(" \u00a0\u200b\n\u2800\ufe0f")
    assert not is_blank_text(" . ")
