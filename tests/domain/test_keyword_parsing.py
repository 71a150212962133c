"""Which words can be keywords, and which a text may mean. Case B28."""

import pytest

from app.domain.texts import keyword_parsing
from app.domain.texts.text_intent import WORDS_BY_INTENT


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
    assert keyword_parsing.find_keyword_problem(word) is None


@pytest.mark.parametrize("word", ["", "  ", "!?", "🎉", "\u200b", "\x00"])
def test_a_keyword_has_something_to_type(word):
    assert keyword_parsing.find_keyword_problem(word) == "Enter a word made of letters or digits."


# case B28 of docs/cases.md
@pytest.mark.parametrize(
    "word", sorted(word for words in WORDS_BY_INTENT.values() for word in words)
)
@pytest.mark.parametrize(
    "spelt",
    [str, str.lower, " {} ".format, "{}!".format, lambda word: word.replace("O", "Ｏ")],
)
def test_the_words_of_the_law_can_never_be_keywords(word, spelt):
    """B28: STOP, START, HELP and their families, in any spelling."""
    assert "choose another word" in keyword_parsing.find_keyword_problem(spelt(word))


def test_the_sentence_says_why():
    assert (
        keyword_parsing.find_keyword_problem(" stop ")
        == "STOP is handled by carriers; choose another word."
    )
    assert (
        keyword_parsing.find_keyword_problem("yes!") is None
    )  # whoever is asked a question answers it first; the rest may mean this
    assert keyword_parsing.find_keyword_problem("go away").startswith("GO AWAY may mean STOP")
    assert (
        keyword_parsing.find_keyword_problem("Done") == "DONE ends a survey; choose another word."
    )
    pause = "PAUSE 30 pauses all texts for some days; choose another word."
    assert keyword_parsing.find_keyword_problem("pause 30") == pause
    # One from before PAUSE had a meaning keeps it.
    assert keyword_parsing.find_keyword_problem("pause", ["PAUSE"]) is None
    assert keyword_parsing.find_keyword_problem("start").startswith("START opts people back in")
    assert (
        keyword_parsing.find_keyword_problem("x" * 41)
        == "A keyword can have up to 40 characters. This one has 41."
    )
    assert keyword_parsing.find_keyword_problem("one two three four").startswith(
        "A keyword can have up to 3 words"
    )


def test_what_only_contains_such_a_word_is_fine():
    assert [
        keyword_parsing.find_keyword_problem(word)
        for word in ("stopwatch", "yes choir", "homework help desk")
    ] == [None] * 3


def test_a_line_of_words():
    assert keyword_parsing.split_keywords(" when, Opening-hours;; WHEN ,🎉,\tｗｈｅｒｅ ") == [
        "WHEN",
        "OPENING HOURS",
        "WHERE",
    ]
    assert keyword_parsing.split_keywords("") == []


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
    assert keyword_parsing.list_whole_keywords(body) == ["PICNIC"]


def test_a_long_text_is_no_word():
    assert keyword_parsing.list_whole_keywords("a" * 41) == []
    assert keyword_parsing.list_whole_keywords("🎉") == []


@pytest.mark.parametrize(
    ("body", "keywords"),
    [
        ("join, please!", ["JOIN, PLEASE", "JOIN PLEASE", "JOINPLEASE", "JOIN"]),
        ("Sign-up me: Bo", ["SIGNUPMEBO", "SIGN UP ME", "SIGNUPME", "SIGN UP", "SIGNUP", "SIGN"]),
        ("join", ["JOIN"]),
        ("  ", []),
        (
            "ST. MARY please",
            [
                "ST. MARY PLEASE",
                "ST MARY PLEASE",
                "STMARYPLEASE",
                "ST. MARY",
                "ST MARY",
                "STMARY",
                "ST",
            ],
        ),
        ("🎉 join us", ["JOIN US", "JOINUS", "JOIN"]),
    ],
)
def test_what_a_text_may_begin_with(body, keywords):
    assert keyword_parsing.list_leading_keywords(body) == keywords


def test_a_very_long_text_is_looked_at_only_at_its_beginning():
    assert keyword_parsing.list_leading_keywords("join " + "word " * 300)[-1] == "JOIN"
    assert keyword_parsing.list_leading_keywords("x" * 1600) == []
