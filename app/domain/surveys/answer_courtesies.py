"""Taking off what people write around an answer: courtesies, articles, "I'd like …"."""

from collections.abc import Collection

from app.domain.surveys.answer_words import ANSWER_WORDS

WORDS_BEFORE = ANSWER_WORDS["before"]
WORDS_BEHIND = ANSWER_WORDS["behind"]
# The longest phrase of the tables has five words.
MAX_PHRASE_WORDS = 5


def strip_courtesies(
    key: str,
    before: Collection[str] = WORDS_BEFORE,
    behind: Collection[str] = WORDS_BEHIND,
) -> str:
    """Return a folded text without the phrases that stand before and behind an answer.

    At least one word stays: "thank you" alone is still "YOU" of nothing, so it is kept whole.
    """
    words = key.split()
    end = len(words)
    while count := _count_phrase_words(words[:end], behind, at_end=True):
        end -= count
    start = 0
    while count := _count_phrase_words(words[start:end], before, at_end=False):
        start += count
    return " ".join(words[start:end])


def _count_phrase_words(words: list[str], phrases: Collection[str], *, at_end: bool) -> int:
    """Return how many words the longest phrase at one end has, 0 for none; one word must stay."""
    for count in range(min(MAX_PHRASE_WORDS, len(words) - 1), 0, -1):
        phrase = words[-count:] if at_end else words[:count]
        if " ".join(phrase) in phrases:
            return count
    return 0
