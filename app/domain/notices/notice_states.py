"""The states of a notice, and when it is tried again."""

from datetime import datetime, timedelta
from enum import StrEnum

# The wait after each failed try; after the last one it is given up.
RETRY_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800))
# A text is sent no sooner after the one before, and so often on one day.
TEXT_INTERVAL = timedelta(minutes=15)
MAX_TEXTS_A_DAY = 10
# New texts come in one after the other: an e-mail about them waits for those of this time.
GROUPING_TIME = timedelta(minutes=2)
# Whoever is told of new texts by e-mail or chat hears of the next ones after this time.
GROUP_INTERVAL = timedelta(minutes=15)


# Stored, and checked by the table: a new state needs a migration.
class NoticeState(StrEnum):
    """Queued until it is sent, given up, or found to be for nobody."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


def find_next_try(attempts: int, moment: datetime) -> datetime | None:
    """Return when a notice is tried again after so many tries; None: never."""
    # The first try is counted before it is made.
    if attempts > len(RETRY_DELAYS):
        return None
    return moment + RETRY_DELAYS[attempts - 1]
