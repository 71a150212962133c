"""What became of the texts around one, read in a bounded number of steps along indexes, however
large the blast is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, TextualSelect, and_, bindparam, func, select, text

from app.core.db import db
from app.delivery.models import message_logs, messages, sender_health
from app.domain.delivery.carrier_error_codes import CarrierErrorCode, find_error_code
from app.domain.delivery.circuit_breaker import MAX_WINDOW_SIZE, NeighbourOutcome
from app.domain.delivery.dead_numbers import PastMessage
from app.domain.delivery.message_statuses import ACCEPTED_STATUSES, MessageStatus

LONGEST_HISTORY = 200
CREATE, DELIVERY = "create", "delivery"
# A result is what the carrier answered, or, where a fault shows in receipts only, what a
# receipt said.
RESULTS = {
    CREATE: (
        "accepted",
        "sent",
        "no_receipt",
        "delivered",
        "undelivered",
        "failed",
        "opted_out",
    ),
    DELIVERY: ("delivered", "undelivered", "failed"),
}
texts, logs, health = messages.c, message_logs.c, sender_health.c

# b_id: when the text left, from when on its blast counts failures, and what its sender is held
# back by
CIRCUMSTANCES: Select[Any] = (
    select(
        func.coalesce(texts.submitted_at, texts.created_at).label("left_at"),
        logs.resumed_at,
        health.slowed_at,
        health.hold_until,
    )
    .select_from(messages)
    .outerjoin(message_logs, logs.id == texts.message_log_id)
    .outerjoin(
        sender_health,
        and_(health.sender == texts.sender, health.carrier == texts.carrier),
    )
    .where(texts.id == bindparam("b_id"))
)
# b_phone, b_carrier, b_most
HISTORY: Select[Any] = (
    select(texts.status, texts.error_code, texts.message_log_id, texts.created_at)
    .where(texts.phone == bindparam("b_phone"), texts.carrier == bindparam("b_carrier"))
    .order_by(texts.id.desc())
    .limit(bindparam("b_most"))
)


def _side(statuses: Sequence[str], beyond: str, way: str) -> str:
    """The ids of the nearest b_most results on one side: as many of each state, then the
    nearest of them all.
    """
    nearest = (
        "SELECT id FROM (SELECT id FROM messages WHERE message_log_id = :b_log "
        f"AND status = '{status}' AND id {beyond} :b_id ORDER BY id {way} LIMIT :b_most)"
        for status in statuses
    )
    return f"SELECT id FROM ({' UNION ALL '.join(nearest)} ORDER BY id {way} LIMIT :b_most)"


def _around(statuses: Sequence[str]) -> TextualSelect:
    near = f"{_side(statuses, '<=', 'DESC')} UNION ALL {_side(statuses, '>', 'ASC')}"
    return text(
        "SELECT id, phone, status, error_code, provider_sid, coalesce(submitted_at, created_at) AS left_at "
        f"FROM messages WHERE id IN ({near}) ORDER BY id"
    ).columns(left_at=texts.created_at.type)


# b_log, b_id, b_most
AROUND = {phase: _around(statuses) for phase, statuses in RESULTS.items()}


def circumstances(message_id: int) -> Row[Any]:
    """When a text left (left_at), when its blast was resumed last, and what slows its sender
    down or holds it back.
    """
    return db.session.execute(CIRCUMSTANCES, {"b_id": message_id}).one()


def around(
    log_id: int, message_id: int, phase: str, since: datetime | None
) -> list[Row[Any]]:
    """The nearest results of one blast before and after a text, by id; only of texts that left
    at `since` or later.
    """
    asked = {"b_log": log_id, "b_id": message_id, "b_most": MAX_WINDOW_SIZE}
    rows = [
        row
        for row in db.session.execute(AROUND[phase], asked)
        if since is None or row.left_at >= since
    ]
    return (
        rows
        if phase == CREATE
        else [row for row in rows if row.id == message_id or not _refused(row)]
    )


def _refused(row: Row[Any]) -> bool:
    """Whether the carrier never took it: then no receipt ever comes."""
    return row.status != MessageStatus.DELIVERED and row.provider_sid is None


def came(row: Row[Any], phase: str, receipt: CarrierErrorCode) -> NeighbourOutcome:
    """What a neighbour came to, seen from a failure with this receipt.

    What the carrier took went through at first.
    """
    went = (
        row.status == MessageStatus.DELIVERED
        if phase == DELIVERY
        else row.status in ACCEPTED_STATUSES or not _refused(row)
    )
    if went:
        return NeighbourOutcome.THROUGH
    return (
        NeighbourOutcome.SAME
        if find_error_code(row.error_code, phase).is_like(receipt)
        else NeighbourOutcome.OTHER
    )


def history(phone: str, carrier: str) -> list[PastMessage]:
    """The newest texts to and from a number, newest first."""
    asked = {"b_phone": phone, "b_carrier": carrier, "b_most": LONGEST_HISTORY}
    return [PastMessage(*row) for row in db.session.execute(HISTORY, asked)]
