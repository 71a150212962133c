"""Whether a text asks for no more texts: certainly, likely, or not at all.

A text is folded (capitals, no accents, no punctuation) and read sentence by sentence. An opt-out
is certain when one sentence is a request to leave and every other is a courtesy or a neutral
remark. It is likely when a request, a reproach or a threat stands among other words. Everything
else is conversation. docs/opt-outs.md says the same for people who do not program.
"""

import re
import unicodedata

from app.domain.opt_outs import opt_out_phrases as phrases
from app.domain.texts.unicode_categories import (
    ACCENT_CATEGORIES,
    INVISIBLE_CATEGORIES,
    remove_categories,
)

# A longer text says more than a request. One of Twilio's texts has 1,600 characters at most.
MAX_CERTAIN_LENGTH = 160
MAX_LENGTH_READ = 1600


def _compile_with_courtesies(pattern: str) -> re.Pattern[str]:
    """Return the pattern with up to five courtesies before and after it ("please", "thanks")."""
    return re.compile(
        rf"(?:{phrases.COURTESIES} ){{0,5}}(?:{pattern})(?: {phrases.COURTESIES}){{0,5}}"
    )


REQUEST_PATTERN = _compile_with_courtesies(
    "|".join(
        (
            phrases.ONE_WORD_REQUESTS,
            *phrases.ENGLISH_REQUESTS,
            *phrases.SPANISH_REQUESTS,
            *phrases.FRENCH_REQUESTS,
        )
    )
)
REMARK_PATTERN = _compile_with_courtesies("|".join((phrases.COURTESIES, *phrases.NEUTRAL_REMARKS)))
LIKELY_SENTENCE_PATTERN = _compile_with_courtesies(phrases.LIKELY_SENTENCES)
SHORT_REQUEST_PATTERN = _compile_with_courtesies(phrases.UNCLEAR_BESIDE_OTHER_SENTENCES)
LIKELY_PATTERN = re.compile(rf"\b(?:{'|'.join(phrases.LIKELY_PHRASES)})")
WANTS_TO_STAY_PATTERN = re.compile(rf"\b(?:{phrases.WANTS_TO_STAY_PHRASES})")

APOSTROPHE_REMOVAL_TABLE = str.maketrans("", "", "'’‘ʼ´`′")
SENTENCE_END_PATTERN = re.compile(r"[.!?;:…\n¿¡]+|\s[-–—]+\s")
IGNORED_CHARACTERS_PATTERN = re.compile(r"[^A-Z0-9]+")
LETTER_RUN_PATTERN = re.compile(r"([A-Z])\1{2,}")
SPELLED_OUT_PATTERN = re.compile(r"(?:[A-Z] ){2,}[A-Z]")
REPEATED_WORD_PATTERN = re.compile(r"\b(\w+)(?: \1\b)+")


def is_certain_opt_out(text: str) -> bool:
    """Whether the text asks for no more texts and says nothing else."""
    if len(text) > MAX_CERTAIN_LENGTH:
        return False
    if fold_opt_out_text(text) in phrases.CERTAIN_ONLY_ALONE:
        return True
    # People write commas for full stops: "stop, wrong number".
    return _has_only_requests(split_sentences(text)) or _has_only_requests(
        split_sentences(text.replace(",", "."))
    )


def _has_only_requests(sentences: list[str]) -> bool:
    """Whether one sentence is a request, and every other a request or a neutral remark."""
    other_sentences = [
        sentence for sentence in sentences if not REQUEST_PATTERN.fullmatch(sentence)
    ]
    if len(other_sentences) == len(sentences):
        return False
    return all(map(REMARK_PATTERN.fullmatch, other_sentences))


def is_likely_opt_out(text: str) -> bool:
    """Whether the text may ask for no more texts, so that a person should decide.

    Every certain opt-out is likely as well.
    """
    sentences = split_sentences(text[:MAX_LENGTH_READ])
    folded_text = " ".join(sentences)
    if WANTS_TO_STAY_PATTERN.search(folded_text):
        return False
    if LIKELY_PATTERN.search(folded_text):
        return True
    return any(_is_likely_sentence(sentence, len(sentences)) for sentence in sentences)


def _is_likely_sentence(sentence: str, sentence_count: int) -> bool:
    """Whether one of `sentence_count` sentences is a request by itself, or a reproach."""
    if sentence_count > 1 and SHORT_REQUEST_PATTERN.fullmatch(sentence):
        return False
    return bool(REQUEST_PATTERN.fullmatch(sentence) or LIKELY_SENTENCE_PATTERN.fullmatch(sentence))


def split_sentences(text: str) -> list[str]:
    """Return the folded sentences of a text, without those that have no letter and no digit."""
    # "S.T.O.P" is one sentence, not four.
    undotted = re.sub(r"\b(\w)\.(?=\w\b)", r"\1 ", text)
    sentences = map(fold_opt_out_text, SENTENCE_END_PATTERN.split(undotted))
    return list(filter(None, sentences))


def fold_opt_out_text(text: str) -> str:
    """Return the text in the spelling of opt_out_phrases: A to Z, digits and single spaces.

    No accents, apostrophes, punctuation, emoji or invisible characters. STOPPP, S T O P and
    STOP STOP become STOP.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(APOSTROPHE_REMOVAL_TABLE))
    letters = remove_categories(decomposed, ACCENT_CATEGORIES | INVISIBLE_CATEGORIES).upper()
    folded = IGNORED_CHARACTERS_PATTERN.sub(" ", letters).strip()
    folded = LETTER_RUN_PATTERN.sub(r"\1", folded)
    if SPELLED_OUT_PATTERN.fullmatch(folded):
        folded = LETTER_RUN_PATTERN.sub(r"\1", folded.replace(" ", ""))
    return REPEATED_WORD_PATTERN.sub(r"\1", folded)
