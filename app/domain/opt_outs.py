"""Whether a text asks for no more texts: for certain, perhaps, or not at all.

A text is read in capitals without accents, apostrophes, marks and pictures, sentence by
sentence. It is certain when one sentence is a request to leave and every other a courtesy or a
remark that goes with one. It is likely when a request, a reproach or a threat stands among
other words. Everything else is speech. In plain words: docs/opt-outs.md.
"""

import re
import unicodedata

from app.domain import opt_out_words as words

LONGEST_CERTAIN, LONGEST = 160, 1600
_POLITE = words.COURTESIES
_ASKED = "|".join((words.ONE_WORD, *words.ENGLISH, *words.SPANISH, *words.FRENCH))
REQUEST = re.compile(rf"(?:{_POLITE} ){{0,5}}(?:{_ASKED})(?: {_POLITE}){{0,5}}")
REMARK = re.compile(
    rf"(?:{_POLITE} ){{0,5}}(?:{'|'.join((_POLITE, *words.REMARKS))})(?: {_POLITE}){{0,5}}"
)
LIKELY_SENTENCE = re.compile(
    rf"(?:{_POLITE} ){{0,5}}{words.LIKELY_ALONE}(?: {_POLITE}){{0,5}}"
)
SHORT = re.compile(
    rf"(?:{_POLITE} ){{0,5}}{words.NEEDS_TO_BE_ALONE}(?: {_POLITE}){{0,5}}"
)
LIKELY = re.compile(rf"\b(?:{'|'.join(words.LIKELY)})")
STAYING = re.compile(rf"\b(?:{words.STAYING})")

APOSTROPHES = str.maketrans("", "", "'’‘ʼ´`′")
SENTENCE = re.compile(r"[.!?;:…\n¿¡]+|\s[-–—]+\s")
UNREAD = re.compile(r"[^A-Z0-9]+")
LONG_RUN = re.compile(r"([A-Z])\1{2,}")
SPELLED = re.compile(r"(?:[A-Z] ){2,}[A-Z]")
REPEATED = re.compile(r"\b(\w+)(?: \1\b)+")


def is_certain(text: str) -> bool:
    """Whether the text asks for no more texts and says nothing else."""
    if len(text) > LONGEST_CERTAIN:
        return False
    if plain(text) in words.ALONE:
        return True
    return any(
        _asks_for_nothing_else(said)
        for said in (sentences(text), sentences(text.replace(",", ".")))
    )


def _asks_for_nothing_else(said: list[str]) -> bool:
    asked = [each for each in said if REQUEST.fullmatch(each)]
    return bool(asked) and all(each in asked or REMARK.fullmatch(each) for each in said)


def is_likely(text: str) -> bool:
    """Whether the text may ask for no more texts, so that a person should decide.

    (What is certain is likely, too.)
    """
    said = sentences(text[:LONGEST])
    whole = " ".join(said)
    if STAYING.search(whole):
        return False
    return LIKELY.search(whole) is not None or any(
        _stands_out(each, len(said)) for each in said
    )


def _stands_out(sentence: str, of: int) -> bool:
    """Whether one of so many sentences is a request by itself, or a reproach."""
    if of > 1 and SHORT.fullmatch(sentence):
        return False
    return bool(REQUEST.fullmatch(sentence) or LIKELY_SENTENCE.fullmatch(sentence))


def sentences(text: str) -> list[str]:
    """The sentences of a text as the tables are written; those with neither letters nor digits
    are none.
    """
    dotted = re.sub(r"\b(\w)\.(?=\w\b)", r"\1 ", text)
    return [said for each in SENTENCE.split(dotted) if (said := plain(each))]


def plain(text: str) -> str:
    """Capitals A to Z and digits with single spaces: no accents, apostrophes, marks, pictures,
    nothing invisible.

    STOPPP is STOP, S T O P is STOP, STOP STOP is STOP.
    """
    spread = unicodedata.normalize("NFKD", text.translate(APOSTROPHES))
    seen = "".join(
        sign
        for sign in spread
        if unicodedata.category(sign) not in ("Mn", "Me", "Cf", "Cs")
    )
    said = LONG_RUN.sub(r"\1", UNREAD.sub(" ", seen.upper()).strip())
    if SPELLED.fullmatch(said):
        said = LONG_RUN.sub(r"\1", said.replace(" ", ""))
    return REPEATED.sub(r"\1", said)
