"""How often a number must fail before we say that it does not work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.delivery.message_statuses import FAILED_STATUSES, MessageStatus

ALIVE_STATUSES = (
    MessageStatus.DELIVERED,
    MessageStatus.RECEIVED,
)  # it arrived there, or they texted us


@dataclass(frozen=True)
class PastMessage:
    """One text to or from a number: of which blast, when (UTC), what became of it."""

    status: MessageStatus
    code: int | None
    log_id: int | None
    moment: datetime


def is_dead_number(texts: Iterable[PastMessage], code: int, strikes: int, days: int) -> bool:
    """Whether `code` has come from `strikes` different blasts over at least `days` days, newest
    text first.

    Only what came after the last sign of life counts. Other failures neither count nor excuse.
    """
    seen: dict[int, datetime] = {}
    for text in texts:
        if text.status in ALIVE_STATUSES:
            break
        if text.status in FAILED_STATUSES and text.code == code and text.log_id is not None:
            seen[text.log_id] = text.moment
    if len(seen) < strikes:
        return False
    return max(seen.values()) - min(seen.values()) >= timedelta(days=days)
