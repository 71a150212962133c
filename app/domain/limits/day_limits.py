"""The organisation's limit of texts a day."""

from enum import StrEnum

# With fewer people the automatic limit is this one, so that no one who tries things is stopped.
MIN_AUTOMATIC_TEXTS = 500
AUTOMATIC_TEXTS_A_PERSON = 2


class DayLimitRule(StrEnum):
    """How the texts of a day are limited. AUTOMATIC: by how many people there are."""

    OFF = "off"
    AUTOMATIC = "automatic"
    FIXED = "fixed"


def compute_automatic_limit(people: int) -> int:
    """Return the texts a day: two for each person, and never fewer than 500."""
    return max(MIN_AUTOMATIC_TEXTS, AUTOMATIC_TEXTS_A_PERSON * people)
