"""The grammar of requests to leave: opt_out_rules.txt over the words of opt_out_words.txt.

Each word stands for one character, the same for all words of the same kinds; so a sentence is a
short string, and each kind of rule one regular expression over it. Every repetition is bounded:
a malicious text cannot make a rule slow.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from app.domain.opt_outs.opt_out_lexer import Word
from app.domain.texts.word_tables import load_word_table

WORDS_FILE = Path(__file__).with_name("opt_out_words.txt")
RULES_FILE = Path(__file__).with_name("opt_out_rules.txt")
# Kinds of words that no table lists, by how they are written.
_NAME = "name"
_NUMBER = "num"
_ING = "ing"
_UNKNOWN = "unknown"
_FIRST_CHARACTER = 0x4E00
_TOKEN_PATTERN = re.compile(r"\(\?<?[=!:]|[A-Z][A-Z0-9_]*|[a-z][a-z_]*|[0-9]+|\{[0-9,]+\}|\S")
_PHRASE_KIND = "phrase "
# Which phrases may stand before and behind the sentences of a kind: courtesies, what people ask
# with, and what they tell in one breath with the request.
_PHRASES_AROUND = {
    "request": (("court", "told"), ("court", "told")),
    "asked_request": (("court", "ask", "told"), ("court", "told")),
    "likely": (("court", "ask"), ("court",)),
    "whole": (("court", "ask"), ("court",)),
    "else_request": (("court", "ask"), ("court",)),
    "remark": (("court",), ("court",)),
}


class OptOutGrammar:
    """The rules by kind: `request`, `remark`, `likely`, `likely_in`, `stay_in`, `speech`, …"""

    def __init__(self, words: dict[str, list[str]], rules: Sequence[tuple[str, str]]) -> None:
        self._rules = rules
        kinds_by_word: dict[str, set[str]] = {}
        for kind, members in words.items():
            for word in members:
                kinds_by_word.setdefault(word, set()).add(kind)
        # Their plurals are in no table.
        self._things = frozenset(words["thing"])
        self._literals = {token for _, rule in rules for token in _find_literals(rule)}
        for literal in self._literals:
            kinds_by_word.setdefault(literal, set())
        self._characters: dict[frozenset[str], str] = {}
        self._character_by_word: dict[str, str] = {}
        for word, kinds in kinds_by_word.items():
            signature = kinds | ({word} if word in self._literals else set())
            self._character_by_word[word] = self._assign_character(signature)
        for kind in (_NAME, _NUMBER, _ING, _UNKNOWN):
            self._assign_character({kind, _UNKNOWN})
        self._character_sets: dict[str, str] = {}
        self._patterns = self._compile_rules()
        self._fillers = re.compile(self._compile_kind("please"))
        self._courtesies = self._patterns.pop("courtesy")

    def _assign_character(self, signature: set[str]) -> str:
        key = frozenset(signature)
        return self._characters.setdefault(key, chr(_FIRST_CHARACTER + len(self._characters)))

    def _compile_rules(self) -> dict[str, re.Pattern[str]]:
        phrases: dict[str, list[str]] = {}
        patterns: dict[str, list[str]] = {}
        for kind, rule in self._rules:
            if kind.startswith(_PHRASE_KIND):
                name = kind.removeprefix(_PHRASE_KIND)
                phrases.setdefault(name, []).append(self._compile_rule(rule, phrases))
            else:
                patterns.setdefault(kind, []).append(self._compile_rule(rule, phrases))
        patterns["courtesy"] = phrases["court"]
        patterns["asked_request"] = patterns["request"]
        pattern_by_kind = {}
        for kind, alternatives in patterns.items():
            before, after = (
                _repeat_phrases([phrases[name] for name in names])
                for names in _PHRASES_AROUND.get(kind, ((), ()))
            )
            pattern_by_kind[kind] = re.compile(f"{before}(?:{'|'.join(alternatives)}){after}")
        return pattern_by_kind

    def _compile_rule(self, rule: str, phrases: dict[str, list[str]]) -> str:
        return "".join(self._compile_token(token, phrases) for token in tokenize_rule(rule))

    def _compile_token(self, token: str, phrases: dict[str, list[str]]) -> str:
        if token == "any":
            return "."
        if token in phrases:
            return f"(?:{'|'.join(phrases[token])})"
        if token[0].isalpha() or (token[0].isdigit() and token in self._literals):
            return self._compile_kind(token)
        return "(?:" if token == "(" else token

    def _compile_kind(self, kind: str) -> str:
        """Return a set of the characters of a kind of words, or of one word."""
        if kind not in self._character_sets:
            characters = [char for kinds, char in self._characters.items() if kind in kinds]
            if not characters:
                raise ValueError(f"no word is a {kind}")
            self._character_sets[kind] = f"[{''.join(characters)}]"
        return self._character_sets[kind]

    def encode_words(self, words: Sequence[Word]) -> str:
        """Return the words as a string of one character each."""
        return "".join(map(self._encode_word, words))

    def _encode_word(self, word: Word) -> str:
        character = self._character_by_word.get(word.text)
        if character:
            return character
        singular = word.text.removesuffix("S")
        if singular in self._things:
            return self._character_by_word[singular]
        return self._assign_character({_guess_kind(word), _UNKNOWN})

    def is_sentence(self, kind: str, sentence: str) -> bool:
        """Whether a rule of this kind is the whole of an encoded sentence."""
        pattern = self._patterns[kind]
        if pattern.fullmatch(sentence):
            return True
        thinned = self._fillers.sub("", sentence)
        return thinned not in ("", sentence) and pattern.fullmatch(thinned) is not None

    def is_within(self, kind: str, sentence: str) -> bool:
        """Whether a rule of this kind is anywhere in an encoded sentence."""
        return self._patterns[kind].search(sentence) is not None

    def remove_courtesies(self, sentence: str) -> str:
        """Return an encoded sentence without its courtesies and insults."""
        return self._courtesies.sub("", sentence)


def _repeat_phrases(phrases: Sequence[Sequence[str]]) -> str:
    """Return a pattern of up to six of these phrases in a row; "" when there are none."""
    if not phrases:
        return ""
    alternatives = "|".join("|".join(patterns) for patterns in phrases)
    return f"(?:{alternatives}){{0,6}}"


def _guess_kind(word: Word) -> str:
    if word.text.isdigit():
        return _NUMBER
    if word.is_name:
        return _NAME
    return _ING if len(word.text) > 5 and word.text.endswith("ING") else _UNKNOWN


@lru_cache(maxsize=2048)
def tokenize_rule(rule: str) -> tuple[str, ...]:
    """Return the parts of a rule: kinds of words, words and signs."""
    return tuple(_TOKEN_PATTERN.findall(rule))


def _find_literals(rule: str) -> list[str]:
    return [token for token in tokenize_rule(rule) if token[0].isupper() or token[0].isdigit()]


def load_grammar() -> OptOutGrammar:
    """Return the grammar of the two tables."""
    lines = RULES_FILE.read_text(encoding="utf-8").splitlines()
    parts = [line.partition(": ") for line in lines if not line.startswith("#")]
    rules = [(kind, rule) for kind, colon, rule in parts if colon]
    return OptOutGrammar(load_word_table(WORDS_FILE), rules)
