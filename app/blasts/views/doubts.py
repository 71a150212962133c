"""What a person may decide about one text of a blast, and what is being done about it
meanwhile, in words.
"""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_login import current_user

from app.blasts.views.room import bp
from app.core.settings import Settings
from app.delivery import queries as delivery
from app.delivery.models import MessageLog
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import (
    FAILED_STATUSES,
    UNCERTAIN_STATUSES,
    MessageStatus,
    may_resend,
)
from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS
from app.domain.phones.phone_erasure import is_erasure_mark

# What "all of these" means in the lists in which there is something to decide.
ALL_OF = {
    "unknown": ("unknown",),
    "not_sent": ("not_sent",),
    "failed": ("failed",),
    "left_out": REVERSIBLE_SKIP_REASONS,
}
TIMES = {1: "once", 2: "twice"}


def sender_in_use() -> str:
    """What this process sends from."""
    settings: Settings = current_app.extensions["settings"]
    return settings.sender


def carrier_in_use(log: MessageLog) -> bool:
    """Whether this process sends and asks through the blast's carrier.

    Practice and real are never mixed.
    """
    settings: Settings = current_app.extensions["settings"]
    return log.carrier == settings.carrier


def is_left(row: Any) -> bool:
    """Whether a person decided to leave a text in doubt as it is."""
    return row.left_at is not None and row.status in UNCERTAIN_STATUSES


def choices(row: Any, log: MessageLog) -> frozenset[str]:
    """What the visitor may do about this text: `check`, `send`, `leave`.

    Nothing where a person has left it.
    """
    if is_left(row):
        return frozenset()
    may = {"leave"} if row.status in UNCERTAIN_STATUSES else set()
    if carrier_in_use(log):
        if row.status in (*UNCERTAIN_STATUSES, MessageStatus.NO_RECEIPT):
            may.add("check")
        if current_user.is_admin and _worth_sending(row):
            may.add("send")
    return frozenset(may)


def _worth_sending(row: Any) -> bool:
    """Refused for good is refused for good: the same text to the same number would be refused
    again.
    """
    if not may_resend(row.status, row.reason) or is_erasure_mark(row.phone):
        return False
    phase = "delivery" if row.provider_sid else "create"
    return (
        row.status not in FAILED_STATUSES
        or find_error_code(row.error_code, phase).retry != "never"
    )


@dataclass(frozen=True)
class Bulk:
    """What may be done to all `count` texts of a `state` at once."""

    state: str
    count: int
    check: bool
    send: bool
    leave: bool


def bulk(log: MessageLog, chosen: str) -> Bulk | None:
    """For one of the lists of a blast's page; None where there is nothing to decide about all
    of them.
    """
    counts = {
        state: delivery.count_actionable_messages(log.id, state)
        for state in ALL_OF.get(chosen, ())
    }
    state, count = next(
        ((state, count) for state, count in counts.items() if count), ("", 0)
    )
    if not count:
        return None
    in_use, in_doubt = carrier_in_use(log), state in UNCERTAIN_STATUSES
    found = Bulk(
        state,
        count,
        check=in_use and in_doubt,
        send=in_use and current_user.is_admin,
        leave=in_doubt,
    )
    return found if found.check or found.send or found.leave else None


def times_asked(row: Any) -> str:
    """ "Asked 3 times so far."; "" before the first time."""
    count = row.lookups
    return f"Asked {TIMES.get(count, f'{count:,} times')} so far." if count else ""


for _filter in (is_left, choices, times_asked):
    bp.add_app_template_filter(_filter)
