"""Which words can be keywords, and which a text may mean. Case B28."""

import pytest

from app.domain import keywords
from app.domain.replies import WORDS


@pytest.mark.parametrize(
    "word",
    [
        "PICNIC",
        "picnic 2026",
        "Sign-up",
        "10",
        "¿Picnic?",
        "日程",
        "join our choir",
        "x" * 40,
    ],
)
def test_ordinary_words_can_be_keywords(word):
    assert keywords.problem_of(word) is None


@pytest.mark.parametrize("word", ["", "  ", "!?", "🎉", "\u200b", "\x00"])
def test_a_keyword_has_something_to_type(word):
    assert keywords.problem_of(word) == "Write a word of letters or digits."


@pytest.mark.parametrize(
    "word", sorted(word for words in WORDS.values() for word in words)
)
@pytest.mark.parametrize(
    "spelt",
    [str, str.lower, " {} ".format, "{}!".format, lambda word: word.replace("O", "Ｏ")],
)
def test_b28_the_words_of_the_law_can_never_be_keywords(word, spelt):
    """B28: STOP, START, HELP and their families, in any spelling."""
    assert "pick another word" in keywords.problem_of(spelt(word))


def test_the_sentence_says_why():
    assert (
        keywords.problem_of(" stop ")
        == "STOP is handled by law and Twilio; pick another word."
    )
    assert (
        keywords.problem_of("yes!") is None
    )  # whoever is asked a question answers it first; the rest may mean this
    assert keywords.problem_of("go away").startswith("GO AWAY may mean STOP")
    assert keywords.problem_of("Done") == "DONE leaves a survey; pick another word."
    assert keywords.problem_of("start").startswith(
        "START brings back whoever said STOP"
    )
    assert (
        keywords.problem_of("x" * 41)
        == "A keyword has at most 40 characters. This one has 41."
    )
    assert keywords.problem_of("one two three four").startswith(
        "A keyword has at most 3 words"
    )


def test_what_only_contains_such_a_word_is_fine():
    assert [
        keywords.problem_of(word)
        for word in ("stopwatch", "yes choir", "homework help desk")
    ] == [None] * 3


def test_a_line_of_words():
    assert keywords.words_of(" when, Opening-hours;; WHEN ,🎉,\tｗｈｅｒｅ ") == [
        "WHEN",
        "OPENING HOURS",
        "WHERE",
    ]
    assert keywords.words_of("") == []


@pytest.mark.parametrize(
    "body",
    [
        "picnic",
        " Picnic! ",
        "“PICNIC”",
        "ｐｉｃｎｉｃ",
        "pic\u200bnic",
        "🧺 picnic 🧺",
        "picnic\n",
    ],
)
def test_a_text_is_a_word_in_any_spelling(body):
    assert keywords.whole(body) == "PICNIC"


def test_a_long_text_is_no_word():
    assert keywords.whole("a" * 41) is None
    assert keywords.whole("🎉") is None


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("join, please!", ["JOIN, PLEASE", "JOIN PLEASE", "JOIN"]),
        ("Sign-up us: me and Bo", ["SIGN UP US", "SIGN UP", "SIGN"]),
        ("join", ["JOIN"]),
        ("  ", []),
        (
            "PICNIC. We are four",
            ["PICNIC. WE ARE", "PICNIC WE ARE", "PICNIC. WE", "PICNIC WE", "PICNIC"],
        ),
        ("🎉 join us", ["JOIN US", "JOIN"]),
    ],
)
def test_what_a_text_may_begin_with(body, found):
    assert keywords.beginnings(body) == found


def test_a_very_long_text_is_looked_at_only_at_its_beginning():
    assert keywords.beginnings("join " + "word " * 300)[-1] == "JOIN"
    assert keywords.beginnings("x" * 1600) == []
