"""Receipts: the carrier's news about texts of ours, settled by rank, in whatever order they
come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import current_app

from app.core.clock import now
from app.core.db import raw_connection
from app.delivery.actions.message_status_updates import (
    StatusUpdate,
    apply_status_update,
)
from app.domain.delivery.message_statuses import STATUS_BY_TWILIO_STATUS, MessageStatus
from app.webhooks.actions.events import Call, Event, event_of, store
from app.webhooks.actions.together import Together

LONGEST_CODE = 8  # digits
ANOTHER_NAME = "the carrier gave this try two names"

# One look: whether we were told already, and whose text it is. There is always one row.
BY_REF = """
    SELECT EXISTS (SELECT 1 FROM webhook_events WHERE dedupe_key = :key),
        attempts.id, attempts.message_id, attempts.n, attempts.provider_sid
    FROM (SELECT 1) LEFT JOIN attempts ON attempts.ref = :ref
"""
BY_SID = (
    "SELECT id, message_id, n, provider_sid FROM attempts WHERE provider_sid = :sid"
)


class Tried(NamedTuple):
    """The attempt that a receipt is about."""

    id: int
    message_id: int
    n: int
    provider_sid: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one receipt says: the carrier's word for the status and its code for what went
    wrong, if anything did.
    """

    event: Event
    word: str
    code: int | None


def receive_receipt(call: Call) -> str:
    """Store a receipt once and settle its text by rank.

    Returns the verdict: applied, no_change, repeat or orphan.

    Those that come while others are being written share a commit. Raises Busy when nothing was
    stored.
    """
    sid, word = (
        call.field("MessageSid", "SmsSid"),
        call.field("MessageStatus", "SmsStatus"),
    )
    receipt = Receipt(
        event_of(call, "st", sid, word), word, code_in(call.field("ErrorCode"))
    )
    return _together().bring(receipt)


def _together() -> Together[Receipt, str]:
    """This app's; made when first asked for."""
    known = current_app.extensions.get("receipts")
    if known is None:
        known = current_app.extensions.setdefault("receipts", Together(_settle_all))
    assert isinstance(known, Together)
    return known


def code_in(text: str) -> int | None:
    """The carrier's code in a field, None when there is none."""
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= LONGEST_CODE
        else None
    )


def _settle_all(some: Sequence[Receipt]) -> list[str]:
    return [_settle(each) for each in some]


def _settle(receipt: Receipt) -> str:
    event = receipt.event
    told, *found = (
        raw_connection()
        .execute(BY_REF, {"key": event.key, "ref": event.ref})
        .fetchone()
    )
    if told:
        return "repeat"
    if found[0] is None:
        found = raw_connection().execute(BY_SID, {"sid": event.sid}).fetchone()
    if found is None:
        store(event, "orphan", None)
        return "orphan"
    tried = Tried(*found)
    verdict = "applied" if apply(receipt, tried) else "no_change"
    another = event.sid is not None and tried.provider_sid not in (None, event.sid)
    store(event, verdict, tried.message_id, ANOTHER_NAME if another else None)
    return verdict


def apply(receipt: Receipt, tried: Tried) -> bool:
    """Settle the text by what the receipt says. True when its state changed. Inside write()."""
    status = STATUS_BY_TWILIO_STATUS.get(receipt.word)
    if (
        status is None or status is MessageStatus.RECEIVED
    ):  # a word for texts that come in, or none that we know
        return False
    evidence = StatusUpdate(
        message_id=tried.message_id,
        attempt_id=tried.id,
        attempt_n=tried.n,
        status=status,
        sid=receipt.event.sid
        if receipt.event.sid != tried.provider_sid
        else None,  # a name that is new, or another
        code=receipt.code,
        phase="delivery",
    )
    return apply_status_update(evidence, now())
