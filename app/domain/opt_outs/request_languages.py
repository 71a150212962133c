"""In which language somebody asked to leave a topic, to come back to it, or for a pause."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import digits

from app.domain.opt_outs.opt_out_grammar import WORDS_FILE
from app.domain.opt_outs.opt_out_lexer import fold_word
from app.domain.texts.word_tables import load_word_table

TOPIC_RULES_FILE = Path(__file__).with_name("topic_rules.txt")
LANGUAGES_FILE = Path(__file__).with_name("request_languages.txt")
WORD_PATTERN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class RequestLanguage(StrEnum):
    """The languages in which requests are understood and answered; codes as people.language."""

    ENGLISH = "en"
    SPANISH = "es"
    FRENCH = "fr"


_KIND_START = {RequestLanguage.SPANISH: "es_", RequestLanguage.FRENCH: "fr_"}


def find_request_language(words: str, name_words: Iterable[str] = ()) -> RequestLanguage | None:
    """Return the language of a request; None where its words belong to all: "STOP CORO".

    `name_words`: folded words of the topics it names, which say nothing about it.
    """
    folded = set(map(fold_word, WORD_PATTERN.findall(words)))
    # "PAUSE30"
    telling = {word.strip(digits) for word in folded - set(name_words)} - {""}
    for language in (RequestLanguage.SPANISH, RequestLanguage.FRENCH):
        if not telling.isdisjoint(_load_words(language)):
            return language
    return None if _load_shared_words().issuperset(telling) else RequestLanguage.ENGLISH


@cache
def _load_words(language: RequestLanguage) -> frozenset[str]:
    """Return the words of one language that no other has."""
    return _list_words(language) - _list_other_words(language)


@cache
def _load_shared_words() -> frozenset[str]:
    return frozenset(load_word_table(LANGUAGES_FILE)["shared"])


def _list_other_words(language: RequestLanguage) -> frozenset[str]:
    english = frozenset(load_word_table(TOPIC_RULES_FILE)["verb"])
    other_words = (_list_words(other) for other in _KIND_START if other is not language)
    return english.union(*other_words) | _load_shared_words()


def _list_words(language: RequestLanguage) -> frozenset[str]:
    words = set(load_word_table(LANGUAGES_FILE)[language])
    words.update(load_word_table(TOPIC_RULES_FILE)[f"{_KIND_START[language]}verb"])
    for kind, entries in load_word_table(WORDS_FILE).items():
        if kind.startswith(_KIND_START[language]):
            words.update(entries)
    return frozenset(words)
