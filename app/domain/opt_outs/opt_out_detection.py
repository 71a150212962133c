"""Whether a text asks for no more texts: certainly, likely, or not at all.

A text is read sentence by sentence (opt_out_lexer) by a grammar (opt_out_grammar). An opt-out is
certain when one sentence is a request to leave and every other is a courtesy or a neutral
remark. It is likely when a request, a reproach or a threat stands among other words, when it is
for somebody else, and when one of the law's words stands in a text of three words. Everything else
is conversation. docs/opt-outs.md says the same for people who do not program.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import partial
from itertools import filterfalse

from app.domain.opt_outs.opt_out_grammar import load_grammar
from app.domain.opt_outs.opt_out_lexer import (
    Sentence,
    has_laughter,
    is_stop_sign,
    read_sentences,
)

# A longer text says more than a request. One of Twilio's texts has 1,600 characters at most.
MAX_CERTAIN_LENGTH = 160
MAX_LENGTH_READ = 1600
# A request is in the first sentences or the last.
MAX_SENTENCES = 40
MAX_WORDS = 60
# Certain only where nothing stands beside them: "please cancel" may be about an appointment.
CERTAIN_ONLY_ALONE = frozenset({"CANCEL", "END"})
# Twilio does not know them by default, and they are a voice part, a place, a verb: requests only
# of whom we text Spanish.
SPANISH_WORDS = frozenset({"ALTO", "BAJA", "PARE", "FIN"})
# "In any company of at most three words": issue 10, B6.
MAX_SHORT_WORDS = 3


class OptOutVerdict(StrEnum):
    """How sure it is that a text asks for no more texts."""

    CERTAIN = "certain"
    LIKELY = "likely"
    NONE = "none"


def judge_opt_out(text: str, *, knows_spanish_words: bool = False) -> OptOutVerdict:
    """Return how sure it is that a text asks for no more texts.

    `knows_spanish_words`: we text the sender Spanish, where ALTO and BAJA ask for it.
    """
    if is_stop_sign(text):
        return OptOutVerdict.CERTAIN
    sentences = read_sentences(text[:MAX_LENGTH_READ], at_commas=False)[:MAX_SENTENCES]
    clauses = read_sentences(text[:MAX_LENGTH_READ], at_commas=True)[:MAX_SENTENCES]
    if len(sentences) > 1 and all(len(sentence.words) == 1 for sentence in sentences):
        # "Leave. Me. Alone."
        joined = Sentence(tuple(sentence.words[0] for sentence in sentences))
        verdict = _TextReading(text, [joined], [joined]).judge(knows_spanish_words)
        if verdict is not OptOutVerdict.NONE:
            return verdict
    return _TextReading(text, sentences, clauses).judge(knows_spanish_words)


class _TextReading:
    """One text as the grammar reads it: its sentences, with commas as full stops or not."""

    def __init__(
        self, text: str, sentences: Sequence[Sentence], clauses: Sequence[Sentence]
    ) -> None:
        self._text = text
        self._sentences = sentences
        self._encoded = list(map(_encode, sentences))
        self._encoded_clauses = list(map(_encode, clauses))
        self._is_joke = has_laughter(text) or self._has("laughter")

    def judge(self, knows_spanish_words: bool) -> OptOutVerdict:
        if not self._sentences or self._asks_to_stay():
            return OptOutVerdict.NONE
        word = self._find_single_word()
        if word in CERTAIN_ONLY_ALONE or (knows_spanish_words and word in SPANISH_WORDS):
            return OptOutVerdict.CERTAIN
        if self._is_certain():
            return OptOutVerdict.CERTAIN
        return OptOutVerdict.LIKELY if self._is_likely() else OptOutVerdict.NONE

    def _asks_to_stay(self) -> bool:
        return _is_within_any("negated", self._encoded_clauses) or self._has("stay_in")

    def _find_single_word(self) -> str:
        if len(self._sentences) == 1 and len(self._sentences[0].words) == 1:
            return self._sentences[0].words[0].text
        return ""

    def _has(self, kind: str) -> bool:
        return _is_within_any(kind, self._encoded)

    def _is_certain(self) -> bool:
        if len(self._text) > MAX_CERTAIN_LENGTH or self._is_joke or self._has("somebody_else"):
            return False
        return _has_only_requests(self._encoded) or _has_only_requests(self._encoded_clauses)

    def _is_likely(self) -> bool:
        if self._has("likely_in"):
            return True
        if self._is_joke:
            # "STOP 😂" may be meant; "haha stop" is not.
            return bool(self._find_single_word()) and self._text.isupper()
        if _has_likely_sentence(self._encoded) or _has_likely_sentence(self._encoded_clauses):
            return True
        if len(self._encoded_clauses) == 1 and _has_sentence("whole", self._encoded):
            return True
        if self._has("somebody_else") and _has_sentence("else_request", self._encoded_clauses):
            return True
        return self._is_short_with_word_of_law()

    def _is_short_with_word_of_law(self) -> bool:
        """Whether one of the law's words stands in a text of three words, not as plain speech."""
        if not self._has("law_word"):
            return False
        words = "".join(self._encoded)
        if len(load_grammar().remove_courtesies(words)) > MAX_SHORT_WORDS:
            return False
        return not _has_sentence("speech", [words, *self._encoded])


def _encode(sentence: Sentence) -> str:
    return load_grammar().encode_words(sentence.words[:MAX_WORDS])


def _has_only_requests(sentences: Sequence[str]) -> bool:
    """Whether one sentence is a request, and every other a request or a neutral remark."""
    has_request = False
    for sentence in sentences:
        if load_grammar().is_sentence("request", sentence):
            has_request = True
        elif not load_grammar().is_sentence("remark", sentence):
            return False
    return has_request


def _has_likely_sentence(sentences: Sequence[str]) -> bool:
    """Whether a sentence is a request by itself, or a reproach.

    "Cancel" beside other sentences means something else: "I can't come. Cancel."
    """
    grammar = load_grammar()
    other_sentences = list(filterfalse(_is_beside_the_point, sentences))
    unclear_sentences = {text for text in sentences if grammar.is_sentence("unclear", text)}
    is_alone = len(other_sentences) < 2 or unclear_sentences.issuperset(other_sentences)
    for sentence in sentences:
        if not is_alone and sentence in unclear_sentences:
            continue
        if grammar.is_sentence("asked_request", sentence) or grammar.is_sentence(
            "likely", sentence
        ):
            return True
    return False


def _is_beside_the_point(sentence: str) -> bool:
    """Whether a sentence is a courtesy, or says why somebody leaves: "I retired"."""
    grammar = load_grammar()
    return grammar.is_sentence("remark", sentence) or grammar.is_within("left", sentence)


def _has_sentence(kind: str, sentences: Iterable[str]) -> bool:
    """Whether one of these encoded sentences is of a kind, as a whole."""
    return any(map(partial(load_grammar().is_sentence, kind), sentences))


def _is_within_any(kind: str, sentences: Iterable[str]) -> bool:
    """Whether one of these encoded sentences has words of a kind in it."""
    return any(map(partial(load_grammar().is_within, kind), sentences))


def is_for_somebody_else(text: str) -> bool:
    """Whether a request speaks of somebody else: "my mom passed away, please remove her"."""
    sentences = read_sentences(text[:MAX_LENGTH_READ], at_commas=False)[:MAX_SENTENCES]
    return _is_within_any("somebody_else", map(_encode, sentences))


def asks_for_texts_again(text: str) -> bool:
    """Whether a text asks for texts again: "put me back on the list", RESUBSCRIBE."""
    sentences = read_sentences(text[:MAX_LENGTH_READ], at_commas=True)[:MAX_SENTENCES]
    return _is_within_any("back_in", map(_encode, sentences))
