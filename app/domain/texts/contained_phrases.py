"""Whether a text contains one of several phrases."""

from collections.abc import Iterable


def contains_any(text: str, phrases: Iterable[str]) -> bool:
    """Whether at least one of the phrases is in the text."""
    return any(phrase in text for phrase in phrases)
