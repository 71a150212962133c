"""Requests to leave one topic, or to come back to it: "STOP CHOIR", "join the choir again".

A text is a request when it says nothing else: one sentence of topic_rules.txt, and courtesies.
Everything else is judged as before: a question, a remark about the choir, a request whose scope is
not clear.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from app.domain.opt_outs.opt_out_detection import MAX_CERTAIN_LENGTH
from app.domain.opt_outs.opt_out_grammar import (
    RULES_FILE,
    WORDS_FILE,
    OptOutGrammar,
    read_rules,
)
from app.domain.opt_outs.opt_out_lexer import Sentence, fold_word, has_laughter, read_sentences
from app.domain.opt_outs.request_languages import TOPIC_RULES_FILE, WORD_PATTERN
from app.domain.opt_outs.topic_names import (
    TopicNames,
    fold_topic_words,
    has_own_word,
    spell_out_names,
)
from app.domain.texts.word_tables import load_word_table

MAX_SENTENCES = 4
# "STOPCHOIR"
_JOINED_PATTERN = re.compile(r"\W*(STOP)(\w{2,})\W*", re.IGNORECASE)
VERB_KINDS = ("verb", "es_verb", "fr_verb")


class TopicWish(StrEnum):
    """What a text asks for.

    LEAVE: no more texts of some topics. LEAVE_ALL: of a topic, and of everything else. JOIN: texts
    of some topics again. UNCLEAR: it leaves a topic, but a word of it names several, or it says
    something else too.
    """

    LEAVE = "leave"
    LEAVE_ALL = "leave_all"
    JOIN = "join"
    UNCLEAR = "unclear"


# The sentences of topic_leave, asked for: "can you stop choir".
ASKED_RULE = "asked_topic_leave"
WISH_BY_RULE = {
    "topic_leave": TopicWish.LEAVE,
    "topic_all": TopicWish.LEAVE_ALL,
    "request": TopicWish.LEAVE_ALL,
    "topic_join": TopicWish.JOIN,
    ASKED_RULE: TopicWish.UNCLEAR,
    "topic_doubt": TopicWish.UNCLEAR,
    "topic_rest": TopicWish.UNCLEAR,
}
# They name no topic.
NAMELESS_RULES = frozenset({"request", "topic_rest"})


@dataclass(frozen=True)
class TopicRequest:
    """A request about topics. `topic_ids`: those that it names, in the order of the text."""

    wish: TopicWish
    topic_ids: tuple[int, ...]


def may_ask_about_topic(words: str) -> bool:
    """Whether a text has one of the words without which it asks nothing about a topic."""
    if len(words) > MAX_CERTAIN_LENGTH:
        return False
    if _JOINED_PATTERN.fullmatch(words):
        return True
    return any(fold_word(word) in _load_verbs() for word in WORD_PATTERN.findall(words))


def read_topic_request(
    words: str,
    names_by_id: Mapping[int, str],
    former_names: Iterable[tuple[int, str]] = (),
) -> TopicRequest | None:
    """Return what a text asks about topics; None when it asks nothing, or something else too.

    `words`: as the person wrote them, without quotations; `names_by_id`: the topics there are;
    `former_names`: what they were called before, as (id, name).
    """
    if not names_by_id or not may_ask_about_topic(words) or has_laughter(words):
        return None
    former = list(former_names)
    names = TopicNames(names_by_id, former)
    joined = _JOINED_PATTERN.fullmatch(words)
    if joined and (ids := names.find_joined_name(joined[2])):
        return _decide({TopicWish.LEAVE}, [ids])
    words = spell_out_names(words, [*names_by_id.values(), *(name for _, name in former)])
    # "choir, choir parents": a word that is written twice is read once.
    readings = [(words.replace(",", " and "), False), (words, False), (words, True)]
    requests = []
    for reading, at_commas in readings:
        request = _read_sentences(read_sentences(reading, at_commas=at_commas), names)
        if request is not None and request.wish is not TopicWish.UNCLEAR:
            return request
        requests.append(request)
    return next(filter(None, requests), None)


def can_be_left_by_name(name: str) -> bool:
    """Whether STOP and this name leaves a topic of that name, and no more: not "Stop smoking"."""
    if not has_own_word(fold_topic_words(name)):
        return False
    request = read_topic_request(f"STOP {name}", {0: name})
    return request is not None and request.wish is TopicWish.LEAVE


def asks_to_leave(
    words: str, names_by_id: Mapping[int, str], former_names: Iterable[tuple[int, str]] = ()
) -> bool:
    """Whether a text asks for no more texts of any of these groups."""
    request = read_topic_request(words, names_by_id, former_names)
    return request is not None and request.wish is not TopicWish.JOIN


def _read_sentences(sentences: list[Sentence], names: TopicNames) -> TopicRequest | None:
    wishes: set[TopicWish] = set()
    named: list[set[int]] = []
    if len(sentences) > MAX_SENTENCES:
        return None
    is_about_more = False
    for sentence in sentences:
        wish, ids = _read_sentence(sentence, names)
        if wish is not None:
            named += ids
            wishes.add(wish)
        elif sentence.is_question:
            return None
        else:
            is_about_more = is_about_more or bool(ids) or not _is_remark(sentence)
    request = _decide(wishes, named)
    if request is None or not is_about_more:
        return request
    # A clear request among other words: a person decides.
    return None if TopicWish.JOIN in wishes else replace(request, wish=TopicWish.UNCLEAR)


def _read_sentence(
    sentence: Sentence, names: TopicNames
) -> tuple[TopicWish | None, list[set[int]]]:
    words, ids = names.find_topics(sentence.words)
    grammar = load_topic_grammar()
    encoded = grammar.encode_words(words)
    if sentence.is_question:
        return TopicWish.UNCLEAR if ids and _is_asked(encoded) else None, ids
    for rule, wish in WISH_BY_RULE.items():
        if bool(ids) is (rule not in NAMELESS_RULES) and grammar.is_sentence(rule, encoded):
            return wish, ids
    return None, ids


def _is_asked(encoded: str) -> bool:
    """Whether a question may be a request: "Can you stop choir?", and not "Stop choir?"."""
    grammar = load_topic_grammar()
    is_leave = grammar.is_sentence("topic_leave", encoded)
    return not is_leave and grammar.is_sentence(ASKED_RULE, encoded)


def _is_remark(sentence: Sentence) -> bool:
    grammar = load_topic_grammar()
    is_remark = grammar.is_sentence("remark", grammar.encode_words(sentence.words))
    return is_remark and not sentence.is_question


def _decide(wishes: set[TopicWish], named: list[set[int]]) -> TopicRequest | None:
    """Return what the sentences come to; None where they contradict each other."""
    topic_ids = tuple(dict.fromkeys(topic_id for ids in named for topic_id in sorted(ids)))
    if TopicWish.UNCLEAR in wishes:
        return TopicRequest(TopicWish.UNCLEAR, topic_ids)
    if not wishes or not named:
        return None
    if TopicWish.LEAVE_ALL in wishes:
        wish = TopicWish.LEAVE_ALL
    elif len(wishes) > 1:
        return None
    elif any(len(ids) > 1 for ids in named):
        if TopicWish.JOIN in wishes:
            return None
        wish = TopicWish.UNCLEAR
    else:
        wish = min(wishes)
    return TopicRequest(wish, topic_ids)


@cache
def _load_verbs() -> frozenset[str]:
    table = load_word_table(TOPIC_RULES_FILE)
    return frozenset(word for kind in VERB_KINDS for word in table[kind])


@cache
def load_topic_grammar() -> OptOutGrammar:
    """Return the grammar of topics: its own rules over the phrases of requests to leave all."""
    rules = [
        (kind, rule)
        for kind, rule in read_rules(RULES_FILE)
        if kind.startswith("phrase ") or kind in ("request", "remark")
    ]
    own_rules = [rule for rule in read_rules(TOPIC_RULES_FILE) if rule[0] not in VERB_KINDS]
    return OptOutGrammar(load_word_table(WORDS_FILE), [*rules, *own_rules])
