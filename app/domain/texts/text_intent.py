"""What the sender of a text wants: to opt out (surely or perhaps), to opt in, help, or to talk."""

import unicodedata
from enum import StrEnum

from app.domain.opt_outs.opt_out_detection import OptOutVerdict, judge_opt_out
from app.domain.opt_outs.opt_out_lexer import fold_word
from app.domain.texts.own_words import TextAuthor, read_inbound_text
from app.domain.texts.unicode_categories import INVISIBLE_CATEGORIES, remove_categories


class TextIntent(StrEnum):
    """What a person wants with a text. The values are stored."""

    OPT_OUT = "leave"
    MAYBE_OPT_OUT = "maybe_leave"
    OPT_IN = "return"
    HELP = "help"
    CONVERSATION = "speech"


# Words that are a whole text. Those for opting out are Twilio's and the FCC's (47 CFR
# 64.1200(a)(10)); the grammar of opt_out_rules.txt reads longer ones.
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
INTENT_BY_WORD = {word: intent for intent, words in WORDS_BY_INTENT.items() for word in words}
INTENT_BY_VERDICT = {
    OptOutVerdict.CERTAIN: TextIntent.OPT_OUT,
    OptOutVerdict.LIKELY: TextIntent.MAYBE_OPT_OUT,
    OptOutVerdict.NONE: TextIntent.CONVERSATION,
}
# They opt in only somebody who has opted out, and only when no open question explains them.
OPT_IN_WORDS_WHEN_OPTED_OUT = frozenset(
    {"YES", "RESUBSCRIBE", "COMENZAR", "COMMENCER", "REPRENDRE"}
)
# What Twilio itself acts on, before the text reaches us.
TWILIO_OPT_OUT_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
TWILIO_OPT_IN_WORDS = frozenset({"START", "UNSTOP", "YES"})
TWILIO_HELP_WORDS = frozenset({"HELP", "INFO"})
# What _replace_hyphen() makes of ASCII, in one call of C for a whole text.
_ASCII_HYPHENS = str.maketrans("-_\0", "   ")


def classify_text(body: str) -> TextIntent:
    """Return what the whole text means, as far as it can be said without what we texted before.

    "STOP" inside a sentence means nothing by itself: "please stop by tomorrow". A reaction and a
    machine's text mean nothing.
    """
    reading = read_inbound_text(body)
    if reading.kind is not TextAuthor.PERSON:
        return TextIntent.CONVERSATION
    return classify_words(reading.words)


def classify_words(words: str, *, knows_spanish_words: bool = False) -> TextIntent:
    """Return what a person's own words mean, without quotations and signatures.

    `knows_spanish_words`: we text them Spanish, where ALTO and BAJA ask for no more texts.
    """
    intent = INTENT_BY_WORD.get(fold_text(words))
    if intent:
        return intent
    verdict = judge_opt_out(words, knows_spanish_words=knows_spanish_words)
    return INTENT_BY_VERDICT[verdict]


def is_opt_out_without_names(words: str) -> bool:
    """Whether a text certainly asks to stop all texts, where capitals make no name of a word.

    "STOP Zoe" is signed; where there is a topic Youth, "STOP Youth" is about that.
    """
    return classify_words(words.lower()) is TextIntent.OPT_OUT


def is_opt_in_when_opted_out(body: str) -> bool:
    """Whether the text opts somebody in who has opted out, when nothing else explains it."""
    return fold_text(body) in OPT_IN_WORDS_WHEN_OPTED_OUT


def fold_text(body: str) -> str:
    """Return the text in the spelling that keywords and commands are stored and compared in.

    NFKC, capitals, nothing invisible, no punctuation or emoji around it, single spaces. Accents
    stay; fold_answer() and fold_opt_out_text() remove them as well.
    """
    text = remove_categories(unicodedata.normalize("NFKC", body), INVISIBLE_CATEGORIES)
    if text.isascii():
        words = text.translate(_ASCII_HYPHENS)
    else:
        words = "".join(map(_replace_hyphen, text))
    start = 0
    end = len(words)
    while start < end and not words[start].isalnum():
        start += 1
    while end > start and not words[end - 1].isalnum():
        end -= 1
    return " ".join(words[start:end].upper().split())


def _replace_hyphen(character: str) -> str:
    """Return a space for what people write between words: hyphens, dashes, "_" (and NUL)."""
    is_hyphen = unicodedata.category(character) == "Pd" or character in "_\0"
    return " " if is_hyphen else character


def is_twilio_opt_out(body: str) -> bool:
    """Whether Twilio itself blocks the sender and confirms it.

    It does for one of its own words alone, in any case, and for nothing else.
    """
    return _is_exact_word(body, TWILIO_OPT_OUT_WORDS)


def is_twilio_opt_in(body: str) -> bool:
    """Whether Twilio itself lifts its block and confirms it, for one of its own words alone."""
    return _is_exact_word(body, TWILIO_OPT_IN_WORDS)


def is_twilio_help(body: str) -> bool:
    """Whether Twilio itself answers HELP, unless that is switched off in its console."""
    return _is_exact_word(body, TWILIO_HELP_WORDS)


def is_word_unknown_to_carrier(words: str) -> bool:
    """Whether a text is a single word, and none of those by which Twilio blocks the sender.

    Whatever case and punctuation it has: PARAR, "Remove."; not "Stopp", not "stop texting me".
    """
    folded = fold_text(words)
    return len(folded.split()) == 1 and fold_word(folded) not in TWILIO_OPT_OUT_WORDS


def _is_exact_word(body: str, words: frozenset[str]) -> bool:
    return body.isascii() and body.strip(" \t\r\n").upper() in words
