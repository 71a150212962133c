"""What a person may decide about one text of a blast, and about all texts of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask_login import current_user

from app.blasts.views.blueprint import bp
from app.core.settings import current_settings
from app.delivery.models import MessageLog
from app.delivery.queries.resendable_messages import (
    count_actionable_messages,
    list_actionable_message_ids,
    preview_resend,
)
from app.domain.accounts.permissions import Permission
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import (
    FAILED_STATUSES,
    UNCERTAIN_STATUSES,
    MessageStatus,
    may_resend,
)
from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS, SKIP_REASON_LABELS
from app.domain.phones.phone_erasure import is_erasure_mark
from app.suppression.queries.sending_permission import find_suppression_reasons

MessageOption = Literal["check", "send", "leave"]
# The skip reasons and statuses that "all of these" means, by the filter that shows them.
BULK_STATES: dict[str, tuple[str, ...]] = {
    "unknown": ("unknown",),
    "not_sent": ("not_sent",),
    "failed": ("failed",),
    "left_out": REVERSIBLE_SKIP_REASONS,
}
REPEAT_WORDS = {1: "once", 2: "twice"}


def is_on_current_carrier(log: MessageLog) -> bool:
    """Whether this process sends through the blast's carrier: practice and real never mix."""
    return log.carrier == current_settings().carrier


def is_left_unresolved(row: Any) -> bool:
    """Whether a person decided to leave a doubtful text as it is."""
    return row.left_at is not None and row.status in UNCERTAIN_STATUSES


def get_message_options(row: Any, log: MessageLog, block: str) -> frozenset[MessageOption]:
    """Return what the visitor may do about this text; nothing where a person has left it.

    `block`: why it may not be resent now, "" when it may.
    """
    if is_left_unresolved(row):
        return frozenset()
    options: set[MessageOption] = set()
    if row.status in UNCERTAIN_STATUSES:
        options.add("leave")
    if is_on_current_carrier(log):
        if row.status in (*UNCERTAIN_STATUSES, MessageStatus.NO_RECEIPT):
            options.add("check")
        if current_user.may(Permission.APPROVE_TEXTS) and _is_worth_resending(row) and not block:
            options.add("send")
    return frozenset(options)


def find_resend_blocks(rows: Sequence[Any], log: MessageLog) -> dict[str, str]:
    """Return why texts may not be resent now, such as "Opted out", by phone; others may.

    One statement for a page, and none where nothing could be resent.
    """
    phones = [
        row.phone
        for row in rows
        if current_user.may(Permission.APPROVE_TEXTS) and _is_worth_resending(row)
    ]
    if not phones:
        return {}
    reasons = find_suppression_reasons(phones, event_id=log.event_id)
    return {phone: SKIP_REASON_LABELS[reason][0] for phone, reason in reasons.items()}


def _is_worth_resending(row: Any) -> bool:
    """Whether the text may be sent again and has a chance.

    Refused for good is refused for good: the same text to the same number would be refused again.
    """
    if not may_resend(row.status, row.reason) or is_erasure_mark(row.phone):
        return False
    if row.status not in FAILED_STATUSES:
        return True
    phase = "delivery" if row.provider_sid else "create"
    return find_error_code(row.error_code, phase).retry != "never"


@dataclass(frozen=True)
class BulkOptions:
    """What may be done to all `count` texts of a `state` at once."""

    state: str
    count: int
    can_check: bool
    can_resend: bool
    can_leave: bool


def find_bulk_options(log: MessageLog, filter_name: str) -> BulkOptions | None:
    """Return the options for one list of a blast's page; None where there is nothing to decide."""
    for state in BULK_STATES.get(filter_name, ()):
        count = _count_decidable_texts(log.id, state)
        if count:
            return _build_bulk_options(log, state, count)
    return None


def _count_decidable_texts(log_id: int, state: str) -> int:
    """Return how many texts a button for all of them would change."""
    if state not in REVERSIBLE_SKIP_REASONS:
        return count_actionable_messages(log_id, state)
    # Whoever is still not to be texted would be skipped again.
    return preview_resend(log_id, list_actionable_message_ids(log_id, state)).people


def _build_bulk_options(log: MessageLog, state: str, count: int) -> BulkOptions | None:
    is_current = is_on_current_carrier(log)
    is_uncertain = state in UNCERTAIN_STATUSES
    options = BulkOptions(
        state,
        count,
        can_check=is_current and is_uncertain,
        can_resend=is_current and current_user.may(Permission.APPROVE_TEXTS),
        can_leave=is_uncertain,
    )
    if options.can_check or options.can_resend or options.can_leave:
        return options
    return None


def format_lookup_count(row: Any) -> str:
    """Return " (checked 3 times)"; "" before the first time."""
    if not row.lookups:
        return ""
    times = REPEAT_WORDS.get(row.lookups, f"{row.lookups:,} times")
    return f" (checked {times})"


for _filter in (
    is_left_unresolved,
    get_message_options,
    format_lookup_count,
):
    bp.add_app_template_filter(_filter)
