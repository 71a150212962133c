"""What a person may decide about one text of a blast, and what is being done about it
meanwhile, in words.
"""

from dataclasses import dataclass
from typing import Any

from flask_login import current_user

from app.blasts.views.blueprint import bp
from app.core.settings import current_settings
from app.delivery.models import MessageLog
from app.delivery.queries.resendable_messages import count_actionable_messages
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
BULK_STATES = {
    "unknown": ("unknown",),
    "not_sent": ("not_sent",),
    "failed": ("failed",),
    "left_out": REVERSIBLE_SKIP_REASONS,
}
REPEAT_WORDS = {1: "once", 2: "twice"}


def get_current_sender() -> str:
    """What this process sends from."""
    settings = current_settings()
    return settings.sender


def is_on_current_carrier(log: MessageLog) -> bool:
    """Whether this process sends and asks through the blast's carrier.

    Practice and real are never mixed.
    """
    settings = current_settings()
    return log.carrier == settings.carrier


def is_left_unresolved(row: Any) -> bool:
    """Whether a person decided to leave a text in doubt as it is."""
    return row.left_at is not None and row.status in UNCERTAIN_STATUSES


def get_message_options(row: Any, log: MessageLog) -> frozenset[str]:
    """What the visitor may do about this text: `check`, `send`, `leave`.

    Nothing where a person has left it.
    """
    if is_left_unresolved(row):
        return frozenset()
    may = {"leave"} if row.status in UNCERTAIN_STATUSES else set()
    if is_on_current_carrier(log):
        if row.status in (*UNCERTAIN_STATUSES, MessageStatus.NO_RECEIPT):
            may.add("check")
        if current_user.is_admin and _is_worth_resending(row):
            may.add("send")
    return frozenset(may)


def _is_worth_resending(row: Any) -> bool:
    """Refused for good is refused for good: the same text to the same number would be refused
    again.
    """
    if not may_resend(row.status, row.reason) or is_erasure_mark(row.phone):
        return False
    phase = "delivery" if row.provider_sid else "create"
    return (
        row.status not in FAILED_STATUSES or find_error_code(row.error_code, phase).retry != "never"
    )


@dataclass(frozen=True)
class BulkOptions:
    """What may be done to all `count` texts of a `state` at once."""

    state: str
    count: int
    can_check: bool
    can_resend: bool
    can_leave: bool


def find_bulk_options(log: MessageLog, chosen: str) -> BulkOptions | None:
    """For one of the lists of a blast's page; None where there is nothing to decide about all
    of them.
    """
    counts = {
        state: count_actionable_messages(log.id, state)
        for state in BULK_STATES.get(chosen, ())
    }
    state, count = next(((state, count) for state, count in counts.items() if count), ("", 0))
    if not count:
        return None
    in_use, in_doubt = is_on_current_carrier(log), state in UNCERTAIN_STATUSES
    found = BulkOptions(
        state,
        count,
        can_check=in_use and in_doubt,
        can_resend=in_use and current_user.is_admin,
        can_leave=in_doubt,
    )
    return found if found.can_check or found.can_resend or found.can_leave else None


def format_lookup_count(row: Any) -> str:
    """ "Asked 3 times so far."; "" before the first time."""
    count = row.lookups
    return f"Asked {REPEAT_WORDS.get(count, f'{count:,} times')} so far." if count else ""


for _filter in (is_left_unresolved, get_message_options, format_lookup_count):
    bp.add_app_template_filter(_filter)
