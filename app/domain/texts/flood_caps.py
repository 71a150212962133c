"""How many texts of one number are stored word by word: a flood must not fill the database."""

from datetime import timedelta

# Far above what anybody writes: a text a minute for an hour, and five such hours.
MAX_TEXTS_AN_HOUR = 60
MAX_TEXTS_A_DAY = 300
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def is_over_cap(texts_in_hour: int, texts_in_day: int) -> bool:
    """Whether a number has written so often that its next text is only counted."""
    return texts_in_hour >= MAX_TEXTS_AN_HOUR or texts_in_day >= MAX_TEXTS_A_DAY
