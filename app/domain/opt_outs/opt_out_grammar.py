"""The grammar of requests to leave: opt_out_rules.txt over the words of opt_out_words.txt.

Each word stands for one character, the same for all words of the same kinds; so a sentence is a
short string, and each rule a regular expression over it (opt_out_rule_set). Every repetition is
bounded: a malicious text cannot make a rule slow.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path

from app.domain.opt_outs.opt_out_lexer import Word
from app.domain.opt_outs.opt_out_rule_set import (
    GrammarRule,
    RuleSet,
    find_ends,
    find_starts,
    join_alternatives,
    list_required,
    split_alternatives,
)
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
    "topic_leave": (("court", "told"), ("court", "told")),
    "asked_topic_leave": (("court", "ask_you"), ("court", "told")),
    "topic_all": (("court", "told"), ("court", "told")),
    "topic_join": (("court",), ("court",)),
}
# How many sentences are remembered: one text is asked about by several kinds of rules.
_REMEMBERED_SENTENCES = 256


class OptOutGrammar:
    """The rules by kind: `request`, `remark`, `likely`, `likely_in`, `stay_in`, `speech`, …"""

    def __init__(self, words: dict[str, list[str]], rules: Sequence[tuple[str, str]]) -> None:
        # Their plurals are in no table.
        self._things = frozenset(words["thing"])
        self._rules_by_kind = _group_rules(rules)
        self._characters: dict[frozenset[str], str] = {}
        self._character_by_word: dict[str, str] = {}
        literals: set[str] = set()
        for _, rule in rules:
            literals.update(_list_literals(rule))
        self._assign_characters(words, literals)
        self._compiled_tokens: dict[str, str] = {}
        self._phrase_characters: dict[str, frozenset[str] | None] = {}
        self._rule_sets: dict[tuple[str, ...], RuleSet] = {}
        self.find_starts = lru_cache(_REMEMBERED_SENTENCES)(self._find_starts)
        self.find_ends = lru_cache(_REMEMBERED_SENTENCES)(self._find_ends)

    def _assign_characters(self, words: dict[str, list[str]], literals: set[str]) -> None:
        kinds_by_word: dict[str, set[str]] = {literal: {literal} for literal in literals}
        for kind, members in words.items():
            for word in members:
                kinds_by_word.setdefault(word, set()).add(kind)
        for word, kinds in kinds_by_word.items():
            self._character_by_word[word] = self._assign_character(kinds)
        for kind in (_NAME, _NUMBER, _ING, _UNKNOWN):
            self._assign_character({kind, _UNKNOWN})

    def _assign_character(self, signature: set[str]) -> str:
        key = frozenset(signature)
        return self._characters.setdefault(key, chr(_FIRST_CHARACTER + len(self._characters)))

    @cached_property
    def _characters_by_kind(self) -> dict[str, frozenset[str]]:
        characters: dict[str, set[str]] = {}
        for kinds, character in self._characters.items():
            for kind in kinds:
                characters.setdefault(kind, set()).add(character)
        return {kind: frozenset(members) for kind, members in characters.items()}

    def _list_phrase(self, name: str) -> list[str]:
        return self._rules_by_kind.get(_PHRASE_KIND + name, [])

    def _compile_token(self, token: str) -> str:
        """Return the regular expression of a token; those of phrases are kept."""
        compiled = self._compiled_tokens.get(token)
        if compiled is None:
            compiled = self._compiled_tokens[token] = self._write_token(token)
        return compiled

    def _write_token(self, token: str) -> str:
        if token == "any":
            return "."
        phrase = self._list_phrase(token)
        if phrase:
            return f"(?:{'|'.join(map(self._compile_rule, phrase))})"
        if token[0].isalnum():
            return f"[{''.join(sorted(self._find_kind(token)))}]"
        return "(?:" if token == "(" else token

    def _compile_rule(self, rule: str) -> str:
        return "".join(map(self._compile_token, tokenize_rule(rule)))

    def _find_kind(self, kind: str) -> frozenset[str]:
        """Return the characters of a kind of words, or of one word."""
        if kind not in self._characters_by_kind:
            raise ValueError(f"no word is a {kind}")
        return self._characters_by_kind[kind]

    def _find_characters(self, token: str) -> frozenset[str] | None:
        """Return the characters of which one is in whatever a token matches; None for any word."""
        if token == "any" or not token[0].isalnum():
            return None
        phrase = self._list_phrase(token)
        if not phrase:
            return self._find_kind(token)
        if token not in self._phrase_characters:
            self._phrase_characters[token] = join_alternatives(
                list_required(alternative, self._find_characters)
                for alternative in _iterate_alternatives(phrase)
            )
        return self._phrase_characters[token]

    def _find_rules(self, *kinds: str) -> RuleSet:
        """Return the rules of these kinds together."""
        if kinds not in self._rule_sets:
            self._rule_sets[kinds] = RuleSet(self._build_rules(kinds))
        return self._rule_sets[kinds]

    def _build_rules(self, kinds: tuple[str, ...]) -> Iterator[GrammarRule]:
        for kind in kinds:
            for alternative in _iterate_alternatives(self._rules_by_kind[kind]):
                required = list_required(alternative, self._find_characters)
                yield GrammarRule(alternative, required, self._compile_token)

    def _find_starts(self, sentence: str, phrases: tuple[str, ...]) -> frozenset[int]:
        return find_starts(sentence, self._find_phrases(phrases))

    def _find_ends(self, sentence: str, phrases: tuple[str, ...]) -> frozenset[int]:
        return find_ends(sentence, self._find_phrases(phrases))

    def _find_phrases(self, names: tuple[str, ...]) -> RuleSet:
        return self._find_rules(*(_PHRASE_KIND + name for name in names))

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
        return self._characters[frozenset({_guess_kind(word), _UNKNOWN})]

    def is_sentence(self, kind: str, sentence: str) -> bool:
        """Whether a rule of this kind is the whole of an encoded sentence."""
        if self._is_whole(kind, sentence):
            return True
        thinned = self._fillers.sub("", sentence)
        return thinned not in ("", sentence) and self._is_whole(kind, thinned)

    def _is_whole(self, kind: str, sentence: str) -> bool:
        rules = self._find_rules(kind.removeprefix("asked_"))
        around = _PHRASES_AROUND.get(kind)
        if around is None:
            return rules.match_between(sentence, {0}, {len(sentence)})
        starts = self.find_starts(sentence, around[0])
        return rules.match_between(sentence, starts, self.find_ends(sentence, around[1]))

    def is_within(self, kind: str, sentence: str) -> bool:
        """Whether a rule of this kind is anywhere in an encoded sentence."""
        return self._find_rules(kind).search(sentence)

    @cached_property
    def _fillers(self) -> re.Pattern[str]:
        return re.compile(self._compile_token("please"))

    @cached_property
    def _courtesies(self) -> re.Pattern[str]:
        return re.compile(self._compile_token("court"))

    def remove_courtesies(self, sentence: str) -> str:
        """Return an encoded sentence without its courtesies and insults."""
        return self._courtesies.sub("", sentence)


def _group_rules(rules: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    rules_by_kind: dict[str, list[str]] = {}
    for kind, rule in rules:
        rules_by_kind.setdefault(kind, []).append(rule)
    return rules_by_kind


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


def _iterate_alternatives(rules: Iterable[str]) -> Iterator[list[str]]:
    """Yield the tokens of every alternative of these rules."""
    for rule in rules:
        yield from split_alternatives(tokenize_rule(rule))


def _list_literals(rule: str) -> list[str]:
    return [token for token in tokenize_rule(rule) if token[0].isupper() or token[0].isdigit()]


def read_rules(file: Path) -> list[tuple[str, str]]:
    """Return the rules of a table, each with its kind."""
    lines = file.read_text(encoding="utf-8").splitlines()
    parts = [line.partition(": ") for line in lines if not line.startswith("#")]
    return [(kind, rule) for kind, colon, rule in parts if colon]


@cache
def load_grammar() -> OptOutGrammar:
    """Return the grammar of the two tables; read once, when the first text is judged."""
    return OptOutGrammar(load_word_table(WORDS_FILE), read_rules(RULES_FILE))
