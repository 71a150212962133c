"""How often a number must fail before it counts as dead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.delivery.message_statuses import FAILED_STATUSES, MessageStatus

# A text arrived there, or came from there.
ALIVE_STATUSES = (MessageStatus.DELIVERED, MessageStatus.RECEIVED)


@dataclass(frozen=True)
class PastMessage:
    """One text to or from a number: its blast, its time (UTC), and what became of it."""

    status: MessageStatus
    code: int | None
    log_id: int | None
    moment: datetime


def is_dead_number(
    messages: Iterable[PastMessage],
    code: int,
    strikes: int,
    days: int,
) -> bool:
    """Whether `code` came from `strikes` different blasts over at least `days` days.

    `messages` begin with the newest. Only what came after the last sign of life counts; failures
    with other codes neither count nor interrupt.
    """
    failed_at: dict[int, datetime] = {}
    for message in messages:
        if message.status in ALIVE_STATUSES:
            break
        is_same_failure = message.status in FAILED_STATUSES and message.code == code
        if is_same_failure and message.log_id is not None:
            failed_at[message.log_id] = message.moment
    if len(failed_at) < strikes:
        return False
    return max(failed_at.values()) - min(failed_at.values()) >= timedelta(days=days)
