"""What a text from a person means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.replies import (
    Meaning,
    folded,
    meaning_of,
    returns_when_out,
    twilio_handles,
    twilio_welcomes,
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
        "ALTO",
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
        "🛑",
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
    assert meaning_of(body) is Meaning.LEAVE


@pytest.mark.parametrize("body", SPEAKING, ids=lambda body: body[:20])
def test_a_word_inside_speech_means_nothing(body):
    assert meaning_of(body) is Meaning.SPEECH


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("START", Meaning.RETURN),
        ("unstop", Meaning.RETURN),
        ("Start!", Meaning.RETURN),
        ("HELP", Meaning.HELP),
        ("help?", Meaning.HELP),
        ("info", Meaning.HELP),
        ("¿Ayuda?", Meaning.HELP),
        ("stop it", Meaning.MAYBE_LEAVE),
        ("wrong number", Meaning.MAYBE_LEAVE),
        ("STOP" + "." * 300 + "by tomorrow", Meaning.MAYBE_LEAVE),
    ],
)
def test_coming_back_and_help_are_understood(body, meaning):
    assert meaning_of(body) is meaning


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
    assert twilio_handles(word)


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
    assert not twilio_handles(body)


@pytest.mark.parametrize(
    ("word", "back"),
    [("YES", True), ("yes!", True), ("Comenzar", True), ("yes please", False)],
)
def test_some_words_bring_back_only_who_is_out(word, back):
    assert (returns_when_out(word), meaning_of(word)) == (back, Meaning.SPEECH)


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
    assert twilio_welcomes(word) is twilio


@given(st.text())
def test_any_text_has_a_meaning_and_one_spelling(body):
    assert meaning_of(body) in Meaning
    assert folded(folded(body)) == folded(body)
    assert not twilio_handles(body) or meaning_of(body) is Meaning.LEAVE
