"""What a text from a person means: leave, perhaps leave, come back, help, or speech."""

import unicodedata
from enum import StrEnum

from app.domain.opt_outs import is_certain, is_likely


class Meaning(StrEnum):
    """What a person wants with a text."""

    LEAVE = "leave"
    MAYBE_LEAVE = "maybe_leave"
    RETURN = "return"
    HELP = "help"
    SPEECH = "speech"


# Words by themselves. Twilio's and the FCC's (47 CFR 64.1200(a)(10)); longer phrases are in
# `opt_out_words`.
WORDS = {
    Meaning.LEAVE: {
        "STOP",
        "STOPALL",
        "STOP ALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "OPT OUT",
    },
    Meaning.RETURN: {"START", "UNSTOP"},
    Meaning.HELP: {"HELP", "INFO", "AYUDA", "AIDE"},
}
# These bring back only who has opted out, and only when nobody asked them something that they
# may answer.
RETURN_WHEN_OUT = frozenset(
    {"YES", "RESUBSCRIBE", "COMENZAR", "COMMENCER", "REPRENDRE"}
)
TWILIO_LEAVES_ON = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
TWILIO_RETURNS_ON = frozenset({"START", "UNSTOP", "YES"})
TWILIO_HELPS_ON = frozenset({"HELP", "INFO"})
MEANINGS = {word: meaning for meaning, words in WORDS.items() for word in words}


def meaning_of(body: str) -> Meaning:
    """What the whole text means. 'STOP' inside a sentence means nothing by itself: 'please stop
    by tomorrow'.
    """
    meaning = MEANINGS.get(folded(body))
    if meaning:
        return meaning
    if is_certain(body):
        return Meaning.LEAVE
    return Meaning.MAYBE_LEAVE if is_likely(body) else Meaning.SPEECH


def returns_when_out(body: str) -> bool:
    """Whether the text brings back somebody who has opted out, when nothing else claims it."""
    return folded(body) in RETURN_WHEN_OUT


def folded(body: str) -> str:
    """The text in one spelling: NFKC, capitals, nothing invisible, no punctuation or emoji
    around it, single spaces.
    """
    text = unicodedata.normalize("NFKC", body)
    text = "".join(
        sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cs")
    )
    text = "".join(
        " " if unicodedata.category(sign) == "Pd" or sign in "_\0" else sign
        for sign in text
    )
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return " ".join(text[start:end].upper().split())


def twilio_handles(body: str) -> bool:
    """Whether Twilio itself blocks the sender and confirms: only one of its own words, alone,
    exactly, in any case.
    """
    return _is_exactly(body, TWILIO_LEAVES_ON)


def twilio_welcomes(body: str) -> bool:
    """Whether Twilio itself lifts its block and says so, in the same way."""
    return _is_exactly(body, TWILIO_RETURNS_ON)


def twilio_helps(body: str) -> bool:
    """Whether Twilio itself answers a call for help, in the same way, unless somebody has
    switched that off.
    """
    return _is_exactly(body, TWILIO_HELPS_ON)


def _is_exactly(body: str, words: frozenset[str]) -> bool:
    return body.strip(" \t\r\n").upper() in words and body.isascii()
