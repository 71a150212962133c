"""Which blasts are sent so soon after one another that people may get both at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

CLOSE_TIME = timedelta(hours=1)


def find_close_moments(moments: Sequence[datetime]) -> set[datetime]:
    """Return those of these moments that are less than an hour from another one of them."""
    ordered = sorted(moments)
    close: set[datetime] = set()
    for earlier, later in pairwise(ordered):
        if later - earlier < CLOSE_TIME:
            close |= {earlier, later}
    return close
