"""The opt-out line in the language of the reader."""

import pytest

from app.domain.texts.opt_out_lines import BUILT_IN_LINES, OptOutLines
from app.domain.texts.segments import measure_segments
from app.domain.texts.text_languages import LANGUAGE_NAMES

ENGLISH = OptOutLines("Text STOP to leave.", "en", {"es": "Mande STOP para salir."})


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (None, "Text STOP to leave."),
        ("en", "Text STOP to leave."),
        ("es", "Mande STOP para salir."),
        ("es-MX", "Mande STOP para salir."),
        ("fr-CA", "Répondez STOP pour vous désabonner."),
        ("zh-Hant", "回覆 STOP 取消訂閱。"),
        ("so", "Text STOP to leave."),
    ],
)
def test_a_text_ends_with_the_line_of_its_language(language, line):
    assert ENGLISH.choose(language) == line


def test_an_organisation_that_writes_spanish_has_english_for_whoever_reads_it():
    spanish = OptOutLines("Mande STOP para salir.", "es")
    assert spanish.choose(None) == spanish.choose("es-MX") == "Mande STOP para salir."
    assert spanish.choose("en") == "Reply STOP to opt out."


@pytest.mark.parametrize("language", BUILT_IN_LINES)
def test_every_line_is_of_a_language_and_names_stop(language):
    assert language in LANGUAGE_NAMES
    assert "STOP" in BUILT_IN_LINES[language]


@pytest.mark.parametrize("language", ["es", "fr", "ht", "pt", "de", "it", "nl", "fil"])
def test_the_lines_in_plain_letters_cost_nothing_more(language):
    assert measure_segments(BUILT_IN_LINES[language]).encoding == "GSM-7"
