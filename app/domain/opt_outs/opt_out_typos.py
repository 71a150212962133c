"""Misspellings of the words to leave: one slip of the finger away, and no word of their own."""

from collections.abc import Iterator
from pathlib import Path

from app.domain.texts.word_tables import load_word_table

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TABLE = load_word_table(Path(__file__).with_suffix(".txt"))
_ORDINARY_WORDS = frozenset(_TABLE["ordinary"])
_CORRECTED_WORDS = _TABLE["corrected"]
_UNSUBSCRIBE = "UNSUBSCRIBE"
_MAX_UNSUBSCRIBE_SLIPS = 3
# SUBSCRIBE is two slips from UNSUBSCRIBE, and the opposite of it.
_SUBSCRIBE_BEGINNINGS = ("SUB", "RE", "SCRIBE")


def _list_slips(word: str) -> Iterator[str]:
    """Yield what one slip makes of a word: a letter swapped, left out, changed or added."""
    for index in range(len(word) + 1):
        before, after = word[:index], word[index:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        if after and len(word) > len("QUIT"):
            yield before + after[1:]
        for letter in _LETTERS:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


def _build_corrections() -> dict[str, str]:
    corrections: dict[str, str] = {}
    for word in _CORRECTED_WORDS:
        for slip in _list_slips(word):
            if slip not in _ORDINARY_WORDS:
                corrections.setdefault(slip, word)
    for word in _CORRECTED_WORDS:
        corrections.pop(word, None)
    return corrections


_CORRECTIONS = _build_corrections()


def correct_typo(word: str) -> str:
    """Return the word that a folded one is one slip away from, else the same."""
    if word in _CORRECTIONS:
        return _CORRECTIONS[word]
    if _is_misspelled_unsubscribe(word):
        return _UNSUBSCRIBE
    return word


def _is_misspelled_unsubscribe(word: str) -> bool:
    if not 7 <= len(word) <= 14 or word[0] not in "UNID" or word in _ORDINARY_WORDS:
        return False
    if word.startswith(_SUBSCRIBE_BEGINNINGS) or "S" not in word:
        return False
    return count_slips(word, _UNSUBSCRIBE) <= _MAX_UNSUBSCRIBE_SLIPS


def count_slips(typed: str, word: str) -> int:
    """Return the edit distance of two words, where two letters swapped are one slip."""
    rows = [list(range(len(word) + 1))]
    for i, typed_letter in enumerate(typed, 1):
        row = [i]
        for j, letter in enumerate(word, 1):
            changed = rows[i - 1][j - 1] + (typed_letter != letter)
            cost = min(rows[i - 1][j] + 1, row[j - 1] + 1, changed)
            is_swapped = i > 1 and j > 1 and typed[i - 2 : i] == letter + word[j - 2]
            if is_swapped:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
