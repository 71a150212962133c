"""The word STOP, which every opt-out line and every reply to HELP must have."""

import re

STOP_WORD_MISSING_ERROR = "Include the word STOP, so people know how to opt out."


def has_stop_word(text: str) -> bool:
    """Whether a text names STOP, in capitals or not."""
    return re.search(r"\bSTOP\b", text, re.IGNORECASE) is not None
