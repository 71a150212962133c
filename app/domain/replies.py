"""What a text from a person means: leave, come back, help, or speech."""

import unicodedata
from enum import StrEnum


class Meaning(StrEnum):
    """What a person wants with a text."""

    LEAVE = "leave"
    RETURN = "return"
    HELP = "help"
    SPEECH = "speech"


# Twilio's own words and the ones the FCC names (47 CFR 64.1200(a)(10)); "opt out" has a space Twilio does not know.
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
    Meaning.RETURN: {"START", "UNSTOP"},  # not YES: that is an answer to a question
    Meaning.HELP: {"HELP", "INFO"},
}
TWILIO_LEAVES_ON = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
MEANINGS = {word: meaning for meaning, words in WORDS.items() for word in words}


def meaning_of(body: str) -> Meaning:
    """What the whole text means. A word inside a sentence means nothing: 'please stop by tomorrow' is speech."""
    return MEANINGS.get(folded(body), Meaning.SPEECH)


def folded(body: str) -> str:
    """The text in one spelling: NFKC, capitals, nothing invisible, no punctuation or emoji around it, single spaces."""
    text = unicodedata.normalize("NFKC", body)
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cs"))
    text = "".join(" " if unicodedata.category(sign) == "Pd" or sign in "_\0" else sign for sign in text)
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return " ".join(text[start:end].upper().split())


def twilio_handles(body: str) -> bool:
    """Whether Twilio itself blocks the sender and confirms: only one of its own words, alone, exactly, in any case."""
    return body.strip(" \t\r\n").upper() in TWILIO_LEAVES_ON and body.isascii()
