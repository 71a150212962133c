"""What a text from a person means: leave, perhaps leave, come back, help, or speech."""

import unicodedata
from enum import StrEnum

from app.domain.opt_outs.opt_out_detection import is_certain_opt_out, is_likely_opt_out


class TextIntent(StrEnum):
    """What a person wants with a text."""

    OPT_OUT = "leave"
    MAYBE_OPT_OUT = "maybe_leave"
    OPT_IN = "return"
    HELP = "help"
    CONVERSATION = "speech"


# Words by themselves. Twilio's and the FCC's (47 CFR 64.1200(a)(10)); longer phrases are in
# `opt_out_words`.
WORDS_BY_INTENT = {
    TextIntent.OPT_OUT: {
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
    TextIntent.OPT_IN: {"START", "UNSTOP"},
    TextIntent.HELP: {"HELP", "INFO", "AYUDA", "AIDE"},
}
# These bring back only who has opted out, and only when nobody asked them something that they
# may answer.
OPT_IN_WORDS_WHEN_OPTED_OUT = frozenset(
    {"YES", "RESUBSCRIBE", "COMENZAR", "COMMENCER", "REPRENDRE"}
)
TWILIO_OPT_OUT_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
TWILIO_OPT_IN_WORDS = frozenset({"START", "UNSTOP", "YES"})
TWILIO_HELP_WORDS = frozenset({"HELP", "INFO"})
INTENT_BY_WORD = {word: meaning for meaning, words in WORDS_BY_INTENT.items() for word in words}


def classify_text(body: str) -> TextIntent:
    """What the whole text means. 'STOP' inside a sentence means nothing by itself: 'please stop
    by tomorrow'.
    """
    meaning = INTENT_BY_WORD.get(fold_text(body))
    if meaning:
        return meaning
    if is_certain_opt_out(body):
        return TextIntent.OPT_OUT
    return TextIntent.MAYBE_OPT_OUT if is_likely_opt_out(body) else TextIntent.CONVERSATION


def is_opt_in_when_opted_out(body: str) -> bool:
    """Whether the text brings back somebody who has opted out, when nothing else claims it."""
    return fold_text(body) in OPT_IN_WORDS_WHEN_OPTED_OUT


def fold_text(body: str) -> str:
    """The text in one spelling: NFKC, capitals, nothing invisible, no punctuation or emoji
    around it, single spaces.
    """
    text = unicodedata.normalize("NFKC", body)
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cs"))
    text = "".join(
        " " if unicodedata.category(sign) == "Pd" or sign in "_\0" else sign for sign in text
    )
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return " ".join(text[start:end].upper().split())


def is_twilio_opt_out(body: str) -> bool:
    """Whether Twilio itself blocks the sender and confirms: only one of its own words, alone,
    exactly, in any case.
    """
    return _is_exact_word(body, TWILIO_OPT_OUT_WORDS)


def is_twilio_opt_in(body: str) -> bool:
    """Whether Twilio itself lifts its block and says so, in the same way."""
    return _is_exact_word(body, TWILIO_OPT_IN_WORDS)


def is_twilio_help(body: str) -> bool:
    """Whether Twilio itself answers a call for help, in the same way, unless somebody has
    switched that off.
    """
    return _is_exact_word(body, TWILIO_HELP_WORDS)


def _is_exact_word(body: str, words: frozenset[str]) -> bool:
    return body.strip(" \t\r\n").upper() in words and body.isascii()
