"""Whether a text asks for no more texts: for certain, perhaps, or not at all.

A text is read in capitals without accents, apostrophes, marks and pictures, sentence by
sentence. It is certain when one sentence is a request to leave and every other a courtesy or a
remark that goes with one. It is likely when a request, a reproach or a threat stands among
other words. Everything else is speech. In plain words: docs/opt-outs.md.
"""

import re
import unicodedata

from app.domain.opt_outs import opt_out_phrases as words

MAX_CERTAIN_LENGTH, MAX_LENGTH_READ = 160, 1600
_COURTESY = words.COURTESIES
_REQUEST_PHRASES = "|".join(
    (
        words.ONE_WORD_REQUESTS,
        *words.ENGLISH_REQUESTS,
        *words.SPANISH_REQUESTS,
        *words.FRENCH_REQUESTS,
    )
)
REQUEST_PATTERN = re.compile(
    rf"(?:{_COURTESY} ){{0,5}}(?:{_REQUEST_PHRASES})(?: {_COURTESY}){{0,5}}"
)
REMARK_PATTERN = re.compile(
    rf"(?:{_COURTESY} ){{0,5}}(?:{'|'.join((_COURTESY, *words.NEUTRAL_REMARKS))})(?: {_COURTESY}){{0,5}}"
)
LIKELY_SENTENCE_PATTERN = re.compile(
    rf"(?:{_COURTESY} ){{0,5}}{words.LIKELY_SENTENCES}(?: {_COURTESY}){{0,5}}"
)
SHORT_REQUEST_PATTERN = re.compile(
    rf"(?:{_COURTESY} ){{0,5}}{words.UNCLEAR_BESIDE_OTHER_SENTENCES}(?: {_COURTESY}){{0,5}}"
)
LIKELY_PATTERN = re.compile(rf"\b(?:{'|'.join(words.LIKELY_PHRASES)})")
WANTS_TO_STAY_PATTERN = re.compile(rf"\b(?:{words.WANTS_TO_STAY_PHRASES})")

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
    if fold_opt_out_text(text) in words.CERTAIN_ONLY_ALONE:
        return True
    return any(
        _has_only_requests(said)
        for said in (split_sentences(text), split_sentences(text.replace(",", ".")))
    )


def _has_only_requests(said: list[str]) -> bool:
    asked = [each for each in said if REQUEST_PATTERN.fullmatch(each)]
    return bool(asked) and all(each in asked or REMARK_PATTERN.fullmatch(each) for each in said)


def is_likely_opt_out(text: str) -> bool:
    """Whether the text may ask for no more texts, so that a person should decide.

    (What is certain is likely, too.)
    """
    said = split_sentences(text[:MAX_LENGTH_READ])
    whole = " ".join(said)
    if WANTS_TO_STAY_PATTERN.search(whole):
        return False
    return LIKELY_PATTERN.search(whole) is not None or any(
        _is_likely_sentence(each, len(said)) for each in said
    )


def _is_likely_sentence(sentence: str, of: int) -> bool:
    """Whether one of so many sentences is a request by itself, or a reproach."""
    if of > 1 and SHORT_REQUEST_PATTERN.fullmatch(sentence):
        return False
    return bool(REQUEST_PATTERN.fullmatch(sentence) or LIKELY_SENTENCE_PATTERN.fullmatch(sentence))


def split_sentences(text: str) -> list[str]:
    """The sentences of a text as the tables are written; those with neither letters nor digits
    are none.
    """
    dotted = re.sub(r"\b(\w)\.(?=\w\b)", r"\1 ", text)
    return [
        said for each in SENTENCE_END_PATTERN.split(dotted) if (said := fold_opt_out_text(each))
    ]


def fold_opt_out_text(text: str) -> str:
    """Capitals A to Z and digits with single spaces: no accents, apostrophes, marks, pictures,
    nothing invisible.

    STOPPP is STOP, S T O P is STOP, STOP STOP is STOP.
    """
    spread = unicodedata.normalize("NFKD", text.translate(APOSTROPHE_REMOVAL_TABLE))
    seen = "".join(
        sign for sign in spread if unicodedata.category(sign) not in ("Mn", "Me", "Cf", "Cs")
    )
    said = LETTER_RUN_PATTERN.sub(r"\1", IGNORED_CHARACTERS_PATTERN.sub(" ", seen.upper()).strip())
    if SPELLED_OUT_PATTERN.fullmatch(said):
        said = LETTER_RUN_PATTERN.sub(r"\1", said.replace(" ", ""))
    return REPEATED_WORD_PATTERN.sub(r"\1", said)
