"""Which words of a text name a topic: its whole name, or a word that only this topic has."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from app.domain.opt_outs.opt_out_detection import OptOutVerdict, judge_opt_out
from app.domain.opt_outs.opt_out_grammar import WORDS_FILE
from app.domain.opt_outs.opt_out_lexer import Word, fold_word
from app.domain.opt_outs.request_languages import WORD_PATTERN
from app.domain.texts.name_folding import fold_name
from app.domain.texts.word_tables import load_word_table

TOPIC_WORD = Word("TOPIC_NAME")
# Words of all our texts: a topic with no other word cannot be told from them.
_GENERAL_KINDS = ("texts", "textn", "junk", "list", "kind", "det", "me", "alone", "sole", "law")
# Words that say little by themselves: a topic is not named by one of them alone, but where it is
# the topic's whole name.
_WEAK_KINDS = (
    *_GENERAL_KINDS,
    *("stop", "end", "unsub", "remove", "take", "want", "receive", "mine", "data", "other", "he"),
    *("neg", "not", "again", "now", "limit", "clock", "polite", "rude", "please", "hello"),
    *("compound", "which", "weekday", "spanish", "es_text", "fr_text", "fr_det", "es_common"),
)
_GENERAL_WORDS = frozenset({"ALL", "EVERYTHING", "EVERYONE", "EVERYBODY", "GROUP", "GROUPS"}) | {
    *("IT", "US", "THIS", "THAT", "THEM", "THESE", "THOSE"),
    *("GRUPO", "GRUPOS", "LISTA", "CHAT", "GROUPE", "GROUPES", "LISTE"),
}
_SMALL_WORDS = frozenset({"A", "AN", "AND", "FOR", "OF", "IN", "ON", "AT", "TO", "LA", "LE", "ET"})
MIN_DISTINCTIVE_LETTERS = 3
_SENTENCE_MARKS = frozenset(".!?;:…|,-–—")
# An organisation has some dozen topics.
MAX_REMEMBERED_NAMES = 1_000


class TopicNames:
    """The names of all topics, as texts are compared with them.

    `names_by_id`: what they are called; `former_names`: what some were called before, as (id,
    name). Where a topic has now the name that another one had, the name means that one.
    """

    def __init__(
        self, names_by_id: Mapping[int, str], former_names: Iterable[tuple[int, str]] = ()
    ) -> None:
        self._ids_by_name: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self._ids_by_word: dict[str, set[int]] = defaultdict(set)
        for topic_id, name in names_by_id.items():
            self._add(topic_id, fold_topic_words(name))
        current_names = frozenset(self._ids_by_name)
        for topic_id, name in former_names:
            if fold_topic_words(name) not in current_names:
                self._add(topic_id, fold_topic_words(name))
        self._longest = max(map(len, self._ids_by_name), default=0)

    def _add(self, topic_id: int, words: tuple[str, ...]) -> None:
        if not has_own_word(words):
            return
        self._ids_by_name[words].add(topic_id)
        for word in words:
            if _is_distinctive(word):
                self._ids_by_word[word].add(topic_id)

    def find_topics(self, words: Sequence[Word]) -> tuple[list[Word], list[set[int]]]:
        """Return the words with each name of a topic replaced by TOPIC_WORD, and what they name.

        A word that several topics have names all of these: which one is meant is not clear.
        """
        folded = [_fold_letters(word.text) for word in words]
        replaced: list[Word] = []
        named: list[set[int]] = []
        place = 0
        while place < len(words):
            ids, length = self._find_name(folded, place)
            replaced.append(TOPIC_WORD if ids else words[place])
            if ids:
                named.append(ids)
            place += length
        return replaced, named

    def find_joined_name(self, letters: str) -> set[int]:
        """Return the topics whose whole name is this, written as one word: "CHOIRPARENTS"."""
        folded = "".join(fold_topic_words(letters))
        for words, ids in self._ids_by_name.items():
            if "".join(words) == folded:
                return ids
        return set()

    def _find_name(self, folded: Sequence[str], place: int) -> tuple[set[int], int]:
        """Return the topics that are named at a place, and by how many words."""
        for length in range(self._longest, 0, -1):
            for spelling in _list_spellings(folded[place : place + length]):
                if spelling in self._ids_by_name:
                    return self._ids_by_name[spelling], length
        for word, *_ in _list_spellings(folded[place : place + 1]):
            if word in self._ids_by_word:
                return self._ids_by_word[word], 1
        return set(), 1


def _is_distinctive(word: str) -> bool:
    """Whether a word of a name may stand for it: "Choir", "5K"; not "on", not "5"."""
    is_long = len(word) >= MIN_DISTINCTIVE_LETTERS
    is_mixed = len(word) > 1 and not word.isalpha() and not word.isdigit()
    return (is_long or is_mixed) and word not in _load_words(_WEAK_KINDS) | _GENERAL_WORDS


def fold_topic_words(name: str) -> tuple[str, ...]:
    """Return the words of a topic's name as they are compared."""
    return tuple(
        _fold_letters(fold_word(word)) for word in WORD_PATTERN.findall(fold_name(name) or "")
    )


def spell_out_names(words: str, names: Iterable[str]) -> str:
    """Return a text in which each of these names has no marks that end a sentence: "St. Mary"."""
    for name in names:
        if _SENTENCE_MARKS.isdisjoint(name):
            continue
        plain_name = " ".join(WORD_PATTERN.findall(name))
        words = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", plain_name, words, flags=re.IGNORECASE)
    return words


@lru_cache(MAX_REMEMBERED_NAMES)
def has_own_word(words: tuple[str, ...]) -> bool:
    """Whether STOP and this name is about the topic: not "Alerts", not "All texts", not "Now"."""
    general = _load_words(_GENERAL_KINDS) | _GENERAL_WORDS | _SMALL_WORDS
    if general.issuperset(words):
        return False
    if not (_load_all_words() | general).issuperset(words):
        # STOP and any unknown word stops all texts; where it is the name of a topic, it is known.
        return True
    return judge_opt_out(f"STOP {' '.join(words)}") is not OptOutVerdict.CERTAIN


def _list_spellings(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the words, and without a French article: "l'orchestre" is LORCHESTRE."""
    if not words:
        return []
    spellings = [tuple(words)]
    if words[0][:1] in ("L", "D") and len(words[0]) > MIN_DISTINCTIVE_LETTERS:
        spellings.append((words[0][1:], *words[1:]))
    return spellings


def _fold_letters(word: str) -> str:
    """Return a folded word without the letters that have no accent to take off: Œ, Ø, Ł."""
    if word.isascii():
        return word
    return (fold_name(word) or word).upper()


@cache
def _load_all_words() -> frozenset[str]:
    return _load_words(tuple(load_word_table(WORDS_FILE)))


@cache
def _load_words(kinds: tuple[str, ...]) -> frozenset[str]:
    table = load_word_table(WORDS_FILE)
    return frozenset(word for kind in kinds for word in table[kind])
