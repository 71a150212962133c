"""The words of a text as an opt-out is read from: sentences of folded words.

A word is folded to capitals without accents and apostrophes (DON'T is DONT), misspellings of the
words to leave included (SOTP is STOP), and knows whether it was written like a name.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.domain.opt_outs.opt_out_typos import correct_typo
from app.domain.texts.unicode_categories import (
    ACCENT_CATEGORIES,
    INVISIBLE_CATEGORIES,
    remove_categories,
)

LAUGHING_EMOJI = frozenset("😂🤣😆😹😝😜😅😄😁😛🙃😉🤪😃😊🥰😍")
STOP_EMOJI = frozenset("🛑⛔")
# Signs that end a sentence, and those that may.
_SENTENCE_PATTERN = re.compile(r"[.!?;:…\n¿¡•|]+|\s[-–—~]+\s|\s?—\s?")
_CLAUSE_PATTERN = re.compile(r"[,/]+|(?<=\S)[-–—](?=\s)")
_WORD_PATTERN = re.compile(r"[^\W_]+(?:['’‘ʼ´`′ʹ][^\W_]+)*['’]?")
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ´`′ʹ")
_LETTER_RUN_PATTERN = re.compile(r"([A-Z])\1{2,}")
# "S T O P", "s.t.o.p", "S-T-O-P".
_SPELLED_PATTERN = re.compile(r"\b(?:[A-Za-z][ .\-*_]{1,2}){3,}[A-Za-z]\b")
# "#" and "no." for a number, and a phone number itself: "remove 303-555-0142".
_NUMBER_SIGN_PATTERN = re.compile(
    r"#(?!\w)|\bno\.(?= ?\s)"
    r"|(?<!\w)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b|\+\d{8,15}\b",
    re.IGNORECASE,
)
# "🛑 texting me".
_STOP_SIGN_PATTERN = re.compile(
    r"[🛑⛔✋🚫]+\s*(?=(?:text|txt|messag|send|spam|contact)\w*in)", re.I
)
_NOT_A_LETTER_PATTERN = re.compile(r"[^A-Za-z]")
_DIGITS_BEHIND_PATTERN = re.compile(r"(STOP)[0-9]{1,2}")
# Written as two words or one, with a hyphen or none.
_JOINED_WORDS = {
    ("OPT", "OUT"): "OPTOUT",
    ("OPTED", "OUT"): "OPTEDOUT",
    ("OPTING", "OUT"): "OPTOUT",
    ("UN", "SUBSCRIBE"): "UNSUBSCRIBE",
    ("UN", "SUBSCRIBED"): "UNSUBSCRIBED",
    ("DON", "T"): "DONT",
    ("UNSUB", "SCRIBE"): "UNSUBSCRIBE",
    ("DE", "SUBSCRIBE"): "DESUBSCRIBE",
    ("N", "ENVOYEZ"): "NENVOYEZ",
    ("M", "ENVOYEZ"): "MENVOYEZ",
    ("M", "ENVOYER"): "MENVOYER",
    ("M", "ECRIRE"): "MECRIRE",
    ("M", "ECRIVEZ"): "MECRIVEZ",
    ("I", "M"): "IM",
    ("I", "D"): "ID",
    ("I", "LL"): "ILL",
    ("CAN", "T"): "CANT",
    ("WON", "T"): "WONT",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word; `is_name`: it was written with one capital, as names are."""

    text: str
    is_name: bool = False


@dataclass(frozen=True)
class Sentence:
    """The words of a sentence; `is_question`: it ends with "?"."""

    words: tuple[Word, ...]
    is_question: bool = False


def read_sentences(text: str, *, at_commas: bool) -> list[Sentence]:
    """Return the sentences of a text that have a word; `at_commas`: commas end them too.

    People write commas for full stops: "stop, wrong number".
    """
    plain = _prepare_text(text)
    sentences = []
    for part, mark in _split_parts(plain, at_commas):
        words = _read_words(part)
        if words:
            sentences.append(Sentence(words, "?" in mark))
    return sentences


def _prepare_text(text: str) -> str:
    normal = remove_categories(unicodedata.normalize("NFKC", text), INVISIBLE_CATEGORIES)
    normal = _STOP_SIGN_PATTERN.sub("stop ", normal)
    spelled = _SPELLED_PATTERN.sub(lambda match: _NOT_A_LETTER_PATTERN.sub("", match[0]), normal)
    return _NUMBER_SIGN_PATTERN.sub(" number ", spelled)


def _split_parts(text: str, at_commas: bool) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text between its marks, each with the mark behind it."""
    start = 0
    for match in _SENTENCE_PATTERN.finditer(text):
        yield from _split_clauses(text[start : match.start()], match[0], at_commas)
        start = match.end()
    yield from _split_clauses(text[start:], "", at_commas)


def _split_clauses(part: str, mark: str, at_commas: bool) -> Iterator[tuple[str, str]]:
    if not at_commas:
        yield part, mark
        return
    *first, last = _CLAUSE_PATTERN.split(part)
    yield from ((clause, "") for clause in first)
    yield last, mark


def _read_words(part: str) -> tuple[Word, ...]:
    """Return the words of a part, those written apart joined, and none twice in a row."""
    words: list[Word] = []
    for written in _WORD_PATTERN.findall(part):
        word = Word(fold_word(written), written[0].isupper() and written[1:].islower())
        if words:
            joined = _JOINED_WORDS.get((words[-1].text, word.text))
            if joined:
                words[-1] = Word(joined)
                continue
            if words[-1].text == word.text:
                continue
        if word.text:
            words.append(word)
    return tuple(words)


@lru_cache(maxsize=8192)
def fold_word(written: str) -> str:
    """Return a word in capitals A to Z and digits: no accents, no apostrophes, STOPPPP is STOP."""
    # Some letters are taken apart into an apostrophe and a letter: "ŉ".
    decomposed = unicodedata.normalize("NFKD", written.translate(_APOSTROPHES))
    plain = decomposed.translate(_APOSTROPHES)
    letters = remove_categories(plain, ACCENT_CATEGORIES).upper()
    short = _LETTER_RUN_PATTERN.sub(r"\1", letters)
    digits = _DIGITS_BEHIND_PATTERN.fullmatch(short)
    if digits:
        return digits[1]
    return correct_typo(short)


def has_laughter(text: str) -> bool:
    """Whether an emoji says that the text is a joke."""
    return not LAUGHING_EMOJI.isdisjoint(text)


def is_stop_sign(text: str) -> bool:
    """Whether a text is a stop sign and nothing with letters or digits."""
    return not STOP_EMOJI.isdisjoint(text) and not any(map(str.isalnum, text))
