"""Leaving out characters by their Unicode category."""

import unicodedata
from collections.abc import Collection

# Format characters (zero-width, bidirectional) and halves of surrogate pairs: nobody sees them.
INVISIBLE_CATEGORIES = frozenset({"Cf", "Cs"})
# Accents and other marks that combine with the letter before.
ACCENT_CATEGORIES = frozenset({"Mn", "Me"})
_ASCII_CATEGORIES = frozenset(map(unicodedata.category, map(chr, range(128))))


def remove_categories(text: str, categories: Collection[str]) -> str:
    """Return the text without the characters of these Unicode categories ("Mn", "Cf", …)."""
    # Most texts are ASCII, and going through their characters took a third of reading them.
    if text.isascii() and _ASCII_CATEGORIES.isdisjoint(categories):
        return text
    return "".join(
        character for character in text if unicodedata.category(character) not in categories
    )
