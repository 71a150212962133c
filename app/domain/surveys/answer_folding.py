"""The spelling in which answers are compared."""

import re
import unicodedata

from app.domain.texts.text_intent import fold_text


def fold_answer(text: str) -> str:
    """Return the text in the spelling that answers are compared in.

    Like fold_text(), but also without accents and apostrophes, and with spaces for punctuation.
    """
    decomposed = unicodedata.normalize("NFD", fold_text(text))
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    without_apostrophes = re.sub(r"['’`´]", "", letters)
    return " ".join(re.sub(r"[^\w\s]", " ", without_apostrophes).split())


def is_same_answer(text: str, other_text: str) -> bool:
    """Whether two texts say the same, whatever their spelling."""
    return (fold_answer(text) or text.strip()) == (fold_answer(other_text) or other_text.strip())
