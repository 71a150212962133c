"""Texts that a phone or a mailbox writes by itself: driving, out of office, mailbox full.

The sentences are those that phones and mail programs send (iOS Focus, Android Auto, Samsung,
carriers, Outlook, Google Workspace), in the languages they are sent in.
"""

import re
import unicodedata
from pathlib import Path

from app.domain.texts.unicode_categories import ACCENT_CATEGORIES, remove_categories
from app.domain.texts.word_tables import load_pattern_table

# Nobody reads a text and writes a sentence within this; a machine answers at once.
MACHINE_SECONDS = 5
MAX_LENGTH_READ = 1600


_PATTERNS = load_pattern_table(Path(__file__).with_suffix(".txt"))
# Anywhere in a text: people do not write this of themselves.
_CERTAIN_PATTERN = re.compile(_PATTERNS["certain"])
# These a person may write too. They are a machine's when nothing else is said.
_PHONE_SENTENCE_PATTERN = re.compile(_PATTERNS["phone"])
_COURTESY_PATTERN = re.compile(_PATTERNS["courtesy"])
# Two of these in a text, or one within seconds of our text, are a machine's.
_AWAY_PATTERN = re.compile(_PATTERNS["away"])
_SENTENCE_END_PATTERN = re.compile(r"[.!?;,:\n()–—]+|\s-\s")
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´\"“”„«»")


def is_machine_text(body: str, seconds_since_ours: float | None = None) -> bool:
    """Whether a machine wrote the text and not the person.

    `seconds_since_ours`: since our last text to that number; None when it is not known.
    """
    folded = _fold_text(body[:MAX_LENGTH_READ])
    if _CERTAIN_PATTERN.search(folded):
        return True
    sentences = []
    for part in _SENTENCE_END_PATTERN.split(folded):
        if part.strip():
            sentences.append(" ".join(part.split()))
    is_at_once = seconds_since_ours is not None and 0 <= seconds_since_ours <= MACHINE_SECONDS
    away_count = len(set(match[0] for match in _AWAY_PATTERN.finditer(folded)))
    if away_count >= 2 or (away_count and is_at_once):
        return True
    return _has_only_phone_sentences(sentences, is_at_once)


def _has_only_phone_sentences(sentences: list[str], is_at_once: bool) -> bool:
    """Whether a phone's own sentences are the whole text: two of them, or one written at once."""
    if not sentences or not all(map(_PHONE_SENTENCE_PATTERN.fullmatch, sentences)):
        return False
    statements = [sentence for sentence in sentences if not _COURTESY_PATTERN.fullmatch(sentence)]
    return len(statements) >= 2 or (bool(statements) and is_at_once)


def _fold_text(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    return remove_categories(decomposed, ACCENT_CATEGORIES).lower().replace("œ", "oe")
