"""The rules of one kind (`request`, `likely_in`, …) over encoded sentences.

Of some 900 rules a text can meet a few only: each rule has words without which it cannot match
(`OPTOUT`, a noun for texts). So the rules are found by the words of the text, and each becomes a
regular expression when a text first meets it: all of them at once took half a second at every
start of a process.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

# No courtesy has more words.
MAX_PHRASE_WORDS = 12
# How many courtesies may stand in a row before or behind a request.
MAX_PHRASES = 6

_OPTIONAL_PATTERN = re.compile(r"[?*]|\{0,.*")
_REPEAT_PATTERN = re.compile(r"[?*+]|\{.*")


class GrammarRule:
    """One rule; `required`: for each part it must have, the characters one of which it needs."""

    def __init__(
        self,
        tokens: Sequence[str],
        required: list[frozenset[str]],
        compile_token: Callable[[str], str],
    ) -> None:
        self._tokens = tokens
        self._compile_token = compile_token
        self.required = required

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("".join(map(self._compile_token, self._tokens)))


class RuleSet:
    """Rules by the rarest character that they need."""

    def __init__(self, rules: Iterable[GrammarRule]) -> None:
        self._rules_by_character: dict[str, list[GrammarRule]] = {}
        self._unindexed: list[GrammarRule] = []
        for rule in rules:
            if not rule.required:
                self._unindexed.append(rule)
                continue
            for character in min(rule.required, key=len):
                self._rules_by_character.setdefault(character, []).append(rule)

    def find_candidates(self, sentence: str) -> Iterator[GrammarRule]:
        """Yield the rules that can match a sentence with these words."""
        yield from self._unindexed
        characters = set(sentence)
        for character in characters:
            for rule in self._rules_by_character.get(character, ()):
                if not any(characters.isdisjoint(needed) for needed in rule.required):
                    yield rule

    def search(self, sentence: str) -> bool:
        """Whether a rule is anywhere in an encoded sentence."""
        return any(rule.pattern.search(sentence) for rule in self.find_candidates(sentence))

    def match_between(
        self,
        sentence: str,
        starts: Iterable[int],
        ends: Iterable[int],
    ) -> bool:
        """Whether a rule is the whole of what stands between a start and an end."""
        for rule in self.find_candidates(sentence):
            for start in starts:
                if rule.pattern.match(sentence, start) is None:
                    continue
                if any(rule.pattern.fullmatch(sentence, start, end) for end in ends):
                    return True
        return False


def find_starts(sentence: str, phrases: RuleSet) -> frozenset[int]:
    """Return the places of a sentence before which there are only phrases."""
    rules = list(phrases.find_candidates(sentence))
    return _reach(0, lambda place: _find_phrase_ends(sentence, rules, place))


def find_ends(sentence: str, phrases: RuleSet) -> frozenset[int]:
    """Return the places of a sentence behind which there are only phrases."""
    rules = list(phrases.find_candidates(sentence))
    return _reach(len(sentence), lambda place: _find_phrase_starts(sentence, rules, place))


def _reach(place: int, find_next: Callable[[int], Iterable[int]]) -> frozenset[int]:
    """Return the places that up to six phrases in a row lead to, the first among them."""
    reached = {place}
    newest = {place}
    for _ in range(MAX_PHRASES):
        newest = {after for before in newest for after in find_next(before)} - reached
        reached |= newest
    return frozenset(reached)


def _find_phrase_ends(sentence: str, rules: list[GrammarRule], start: int) -> Iterator[int]:
    last = min(len(sentence), start + MAX_PHRASE_WORDS)
    for rule in rules:
        if rule.pattern.match(sentence, start):
            for end in range(start + 1, last + 1):
                if rule.pattern.fullmatch(sentence, start, end):
                    yield end


def _find_phrase_starts(sentence: str, rules: list[GrammarRule], end: int) -> Iterator[int]:
    for start in range(max(0, end - MAX_PHRASE_WORDS), end):
        if any(rule.pattern.fullmatch(sentence, start, end) for rule in rules):
            yield start


def split_alternatives(tokens: Sequence[str]) -> list[list[str]]:
    """Return the parts of a rule between its outermost "|"."""
    alternatives: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token[0] == "(") - (token == ")")
        if token == "|" and depth == 0:
            alternatives.append([])
        else:
            alternatives[-1].append(token)
    return alternatives


def list_required(
    tokens: Sequence[str], find_characters: Callable[[str], frozenset[str] | None]
) -> list[frozenset[str]]:
    """Return, for each part that a rule must have, the characters of which it needs one.

    `find_characters`: those of a token; None when every word will do.
    """
    required = []
    for part in _list_obligatory_parts(tokens):
        needed = _find_part_characters(part, find_characters)
        if needed is not None:
            required.append(needed)
    return required


def _list_obligatory_parts(tokens: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the outermost tokens and brackets of a rule that may not be left out."""
    index = 0
    while index < len(tokens):
        end = _find_part_end(tokens, index)
        after = tokens[end] if end < len(tokens) else ""
        is_look = tokens[index].startswith("(?") and tokens[index] != "(?:"
        if not is_look and not _OPTIONAL_PATTERN.fullmatch(after):
            yield tokens[index:end]
        index = end + bool(_REPEAT_PATTERN.fullmatch(after))


def _find_part_end(tokens: Sequence[str], start: int) -> int:
    """Return the index behind a token, or behind the bracket that it opens."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += (tokens[index][0] == "(") - (tokens[index] == ")")
        if depth == 0:
            return index + 1
    raise ValueError(f"no closing bracket: {' '.join(tokens)}")


def _find_part_characters(
    part: Sequence[str], find_characters: Callable[[str], frozenset[str] | None]
) -> frozenset[str] | None:
    if len(part) == 1:
        return find_characters(part[0])
    return join_alternatives(
        list_required(alternative, find_characters)
        for alternative in split_alternatives(part[1:-1])
    )


def join_alternatives(choices: Iterable[list[frozenset[str]]]) -> frozenset[str] | None:
    """Return the characters of which one is in each of several rules; None when there are none."""
    joined: frozenset[str] = frozenset()
    for required in choices:
        if not required:
            return None
        joined |= min(required, key=len)
    return joined
