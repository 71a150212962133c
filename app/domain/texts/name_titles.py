"""Which words before a name are titles: "Dr.", "Pastora", "De heer"."""

from collections.abc import Sequence
from functools import lru_cache

from app.domain.texts.greeting_words import MORE_TITLES, TITLE_ARTICLES, TITLES_THAT_ARE_NAMES


# Loaded when the first name needs them: nameparser takes 0.1 s to import.
@lru_cache(maxsize=1)
def load_titles() -> frozenset[str]:
    from nameparser.config import CONSTANTS

    return frozenset(map(str, CONSTANTS.titles)) | MORE_TITLES


def is_title(word: str) -> bool:
    folded = word.casefold().strip(".,")
    return folded in load_titles() and folded not in TITLES_THAT_ARE_NAMES


def is_article_of_title(words: Sequence[str]) -> bool:
    """Whether a name begins as "The Rev. John Brown", "De heer Jan Jansen", "El Padre Juan"."""
    article = words[0].casefold()
    return article == "the" or (
        article in TITLE_ARTICLES and len(words[1]) > 2 and is_title(words[1])
    )
