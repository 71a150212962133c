"""How often a number must fail before we say that it does not work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.blast_states import FAILED, MessageStatus

SIGNS_OF_LIFE = (
    MessageStatus.DELIVERED,
    MessageStatus.RECEIVED,
)  # it arrived there, or they texted us


@dataclass(frozen=True)
class Told:
    """One text to or from a number: of which blast, when (UTC), what became of it."""

    status: MessageStatus
    code: int | None
    log_id: int | None
    moment: datetime


def struck_out(texts: Iterable[Told], code: int, strikes: int, days: int) -> bool:
    """Whether `code` has come from `strikes` different blasts over at least `days` days, newest
    text first.

    Only what came after the last sign of life counts. Other failures neither count nor excuse.
    """
    seen: dict[int, datetime] = {}
    for text in texts:
        if text.status in SIGNS_OF_LIFE:
            break
        if text.status in FAILED and text.code == code and text.log_id is not None:
            seen[text.log_id] = text.moment
    if len(seen) < strikes:
        return False
    return max(seen.values()) - min(seen.values()) >= timedelta(days=days)
