"""W21, opt-outs in any words: phrases with what a careful reader makes of them, and how often
the rules agree.
"""

import codecs
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.opt_outs.opt_out_detection import (
    fold_opt_out_text,
    is_certain_opt_out,
    is_likely_opt_out,
    split_sentences,
)
from app.domain.texts.text_intent import (
    TWILIO_OPT_OUT_WORDS,
    WORDS_BY_INTENT,
    TextIntent,
    classify_text,
)

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
READ_AS = {
    "certain": TextIntent.OPT_OUT,
    "likely": TextIntent.MAYBE_OPT_OUT,
    "speech": TextIntent.CONVERSATION,
}
ESCAPED = re.compile(r"\\n|\\u[0-9a-f]{4}")
SETS = {"written before the rules": "opt_outs.tsv", "held out": "opt_outs_held_out.tsv"}


def labelled(name):
    """Return (label, language, phrase) for each line of one file."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [
        (
            label,
            tongue,
            ESCAPED.sub(lambda m: codecs.decode(m[0], "unicode_escape"), phrase),
        )
        for label, tongue, phrase in rows
    ]


def judged(name):
    """Count how often each label was classified as which intent."""
    return Counter((READ_AS[label], classify_text(phrase)) for label, _, phrase in labelled(name))


def report(name):
    """Return the two lines of docs/opt-outs.md about one file: precision and recall."""
    counts = judged(name)
    lines = []
    for words, kinds in (
        ("certain", [TextIntent.OPT_OUT]),
        ("certain or likely", [TextIntent.OPT_OUT, TextIntent.MAYBE_OPT_OUT]),
    ):
        right = sum(n for (label, read), n in counts.items() if label in kinds and read in kinds)
        read = sum(n for (_, read), n in counts.items() if read in kinds)
        meant = sum(n for (label, _), n in counts.items() if label in kinds)
        lines.append(
            f"{words} | {right} of {read} ({right / read:.1%})"
            f" | {right} of {meant} ({right / meant:.1%})"
        )
    return lines


@pytest.mark.parametrize("name", SETS.values())
def test_normal_speech_is_never_taken_for_a_certain_stop(name):
    wrong = [
        phrase
        for label, _, phrase in labelled(name)
        if label == "speech" and classify_text(phrase) is TextIntent.OPT_OUT
    ]
    assert wrong == []


def test_there_are_enough_phrases_in_three_languages():
    rows = [row for name in SETS.values() for row in labelled(name)]
    assert len(rows) == len({phrase for _, _, phrase in rows}) > 300
    assert {(label, tongue) for label, tongue, _ in rows} == {
        (a, b) for a in READ_AS for b in ("en", "es", "fr")
    }


@pytest.mark.parametrize(("words", "name"), SETS.items())
def test_the_report_says_how_often_the_rules_are_right(words, name):
    page = (ROOT / "docs" / "opt-outs.md").read_text("utf-8")
    for line in report(name):
        assert f"| {words} | {line} |" in page


def test_what_twilio_and_the_regulator_name_is_certain():
    assert all(
        classify_text(word) is TextIntent.OPT_OUT
        for word in {*TWILIO_OPT_OUT_WORDS, *WORDS_BY_INTENT[TextIntent.OPT_OUT]}
    )


@pytest.mark.parametrize(
    "around", ["{}", " {}!! ", "🛑 {} 🛑", "({})", "{}\n", "*{}*", "\u200b{}\u200b"]
)
@pytest.mark.parametrize(
    "phrase",
    [
        "stop texting me",
        "remove me from your list",
        "no me manden más mensajes",
        "arrêtez",
    ],
)
def test_marks_and_pictures_change_nothing(phrase, around):
    assert all(
        is_certain_opt_out(around.format(spelling))
        for spelling in (phrase, phrase.upper(), phrase.title())
    )


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Don’t!", "DONT"),
        ("Ｓｔｏｐ", "STOP"),
        ("s.t.o.p", "STOP"),
        ("STOOOOP", "STOP"),
        ("ça suffit", "CA SUFFIT"),
        ("停止", ""),
    ],
)
def test_one_spelling(typed, read):
    assert " ".join(split_sentences(typed)) == read


@given(st.text() | st.text("STOP ALTHEMSGUNR.!,' ", max_size=400))
@example("A:A:A")
def test_any_text_is_judged_and_certain_is_likely_too(text):
    assert fold_opt_out_text(fold_opt_out_text(text)) == fold_opt_out_text(text)
    assert is_likely_opt_out(text) or not is_certain_opt_out(text)
