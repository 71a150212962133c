"""What a text from a person means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.texts.text_intent import (
    TextIntent,
    classify_text,
    fold_text,
    is_opt_in_when_opted_out,
    is_twilio_opt_in,
    is_twilio_opt_out,
)

LEAVING = [
    *(
        "STOP",
        "stop",
        "Stop.",
        " Stop ",
        "STOP!!!",
        "“STOP”",
        "(stop)",
        "stop\n",
        "-stop-",
        "ＳＴＯＰ",
        "STOP\u200b",
    ),
    *(
        "\u202aSTOP\u202c",
        "🛑 STOP 🛑",
        "stop🙏🏽",
        "STOP ❤\ufe0f",
        "\ufeffstop",
        "stop\x00",
    ),
    *(
        "STOPALL",
        "stop all",
        "UNSUBSCRIBE",
        "Unsubscribe.",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
    ),
    *(
        "OPTOUT",
        "OPT OUT",
        "opt-out",
        "Opt‑Out.",
        "opt   out",
        "opt\u00a0out",
        "opt_out",
    ),
    *(
        "S T O P",
        "S T O P P P",
        "STOP STOP",
        "STOPPP",
        "stop please",
        "Please, stop!",
        "PARAR",
        "ARRÊT",
        "no más",
    ),
]
SPEAKING = [
    *("please stop by tomorrow", "stopwatch", "don't stop", "nonstop", "stop 5"),
    *(
        "yes",
        "YES",
        "no",
        "cancel my order",
        "the end",
        "",
        "  ",
        "🛑?! what a sign",
        "...",
        "start now",
        "helpful",
        "restart",
    ),
    *(
        "stop" * 20_000,
        "STOP BY " * 10_000,
        "S" * 20_000,
        "please " * 10_000,
        "stop all the " * 6_000,
    ),
]


@pytest.mark.parametrize("body", LEAVING)
def test_leaving_in_any_spelling_is_understood(body):
    assert classify_text(body) is TextIntent.OPT_OUT


@pytest.mark.parametrize("body", SPEAKING, ids=lambda body: body[:20])
def test_a_word_inside_speech_means_nothing(body):
    assert classify_text(body) is TextIntent.CONVERSATION


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("START", TextIntent.OPT_IN),
        ("unstop", TextIntent.OPT_IN),
        ("Start!", TextIntent.OPT_IN),
        ("HELP", TextIntent.HELP),
        ("help?", TextIntent.HELP),
        ("info", TextIntent.HELP),
        ("¿Ayuda?", TextIntent.HELP),
        ("stop it", TextIntent.MAYBE_OPT_OUT),
        ("wrong number", TextIntent.MAYBE_OPT_OUT),
        ("STOP" + "." * 300 + "by tomorrow", TextIntent.MAYBE_OPT_OUT),
    ],
)
def test_coming_back_and_help_are_understood(body, meaning):
    assert classify_text(body) is meaning


@pytest.mark.parametrize(
    "word",
    [
        "STOP",
        "StopAll",
        "unsubscribe",
        "CANCEL",
        "End",
        "quit",
        "Revoke",
        "OPTOUT",
        " Stop ",
    ],
)
def test_twilio_itself_confirms_its_own_words(word):
    assert is_twilio_opt_out(word)


@pytest.mark.parametrize(
    "body",
    [
        "Stop.",
        "OPT OUT",
        "opt-out",
        "STOP please",
        "ＳＴＯＰ",
        "stop\u200b",
        "START",
        "HELP",
        "",
    ],
)
def test_everything_else_we_confirm_ourselves(body):
    assert not is_twilio_opt_out(body)


@pytest.mark.parametrize(
    ("word", "back"),
    [("YES", True), ("yes!", True), ("Comenzar", True), ("yes please", False)],
)
def test_some_words_bring_back_only_who_is_out(word, back):
    assert (is_opt_in_when_opted_out(word), classify_text(word)) == (
        back,
        TextIntent.CONVERSATION,
    )


@pytest.mark.parametrize(
    ("word", "twilio"),
    [
        ("START", True),
        (" yes ", True),
        ("Unstop", True),
        ("Start!", False),
        ("STOP", False),
    ],
)
def test_twilio_itself_welcomes_back_on_its_own_words(word, twilio):
    assert is_twilio_opt_in(word) is twilio


@given(st.text())
def test_any_text_has_a_meaning_and_one_spelling(body):
    assert classify_text(body) in TextIntent
    assert fold_text(fold_text(body)) == fold_text(body)
    assert not is_twilio_opt_out(body) or classify_text(body) is TextIntent.OPT_OUT
