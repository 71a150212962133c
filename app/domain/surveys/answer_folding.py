"""The spelling in which answers are compared."""

from app.domain.texts.word_folding import fold_words


def fold_answer(text: str) -> str:
    """Return the text in the spelling that answers are compared in."""
    return fold_words(text)


def is_same_answer(text: str, other_text: str) -> bool:
    """Whether two texts say the same, whatever their spelling."""
    return (fold_answer(text) or text.strip()) == (fold_answer(other_text) or other_text.strip())
