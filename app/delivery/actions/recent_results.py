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

MAX_HISTORY_MESSAGES = 200
CREATE_PHASE, DELIVERY_PHASE = "create", "delivery"
# A result is what the carrier answered, or, where a fault shows in receipts only, what a
# receipt said.
RESULT_STATUSES = {
    CREATE_PHASE: (
        "accepted",
        "sent",
        "no_receipt",
        "delivered",
        "undelivered",
        "failed",
        "opted_out",
    ),
    DELIVERY_PHASE: ("delivered", "undelivered", "failed"),
}
messages_c, message_logs_c, sender_health_c = (
    messages.c,
    message_logs.c,
    sender_health.c,
)

# b_id: when the text left, from when on its blast counts failures, and what its sender is held
# back by
SELECT_FAILURE_CONTEXT: Select[Any] = (
    select(
        func.coalesce(messages_c.submitted_at, messages_c.created_at).label("left_at"),
        message_logs_c.resumed_at,
        sender_health_c.slowed_at,
        sender_health_c.hold_until,
    )
    .select_from(messages)
    .outerjoin(message_logs, message_logs_c.id == messages_c.message_log_id)
    .outerjoin(
        sender_health,
        and_(
            sender_health_c.sender == messages_c.sender,
            sender_health_c.carrier == messages_c.carrier,
        ),
    )
    .where(messages_c.id == bindparam("b_id"))
)
# b_phone, b_carrier, b_most
SELECT_PHONE_HISTORY: Select[Any] = (
    select(
        messages_c.status,
        messages_c.error_code,
        messages_c.message_log_id,
        messages_c.created_at,
    )
    .where(
        messages_c.phone == bindparam("b_phone"),
        messages_c.carrier == bindparam("b_carrier"),
    )
    .order_by(messages_c.id.desc())
    .limit(bindparam("b_most"))
)


def _build_side_sql(statuses: Sequence[str], beyond: str, way: str) -> str:
    """The ids of the nearest b_most results on one side: as many of each state, then the
    nearest of them all.
    """
    nearest = (
        "SELECT id FROM (SELECT id FROM messages WHERE message_log_id = :b_log "
        f"AND status = '{status}' AND id {beyond} :b_id ORDER BY id {way} LIMIT :b_most)"
        for status in statuses
    )
    return f"SELECT id FROM ({' UNION ALL '.join(nearest)} ORDER BY id {way} LIMIT :b_most)"


def _build_neighbours_select(statuses: Sequence[str]) -> TextualSelect:
    near = f"{_build_side_sql(statuses, '<=', 'DESC')} UNION ALL {_build_side_sql(statuses, '>', 'ASC')}"
    return text(
        "SELECT id, phone, status, error_code, provider_sid, coalesce(submitted_at, created_at) AS left_at "
        f"FROM messages WHERE id IN ({near}) ORDER BY id"
    ).columns(left_at=messages_c.created_at.type)


# b_log, b_id, b_most
SELECT_NEIGHBOURS = {
    phase: _build_neighbours_select(statuses) for phase, statuses in RESULT_STATUSES.items()
}


def get_failure_context(message_id: int) -> Row[Any]:
    """When a text left (left_at), when its blast was resumed last, and what slows its sender
    down or holds it back.
    """
    return db.session.execute(SELECT_FAILURE_CONTEXT, {"b_id": message_id}).one()


def list_neighbour_results(
    log_id: int, message_id: int, phase: str, since: datetime | None
) -> list[Row[Any]]:
    """The nearest results of one blast before and after a text, by id; only of texts that left
    at `since` or later.
    """
    asked = {"b_log": log_id, "b_id": message_id, "b_most": MAX_WINDOW_SIZE}
    rows = [
        row
        for row in db.session.execute(SELECT_NEIGHBOURS[phase], asked)
        if since is None or row.left_at >= since
    ]
    return (
        rows
        if phase == CREATE_PHASE
        else [row for row in rows if row.id == message_id or not _is_refused(row)]
    )


def _is_refused(row: Row[Any]) -> bool:
    """Whether the carrier never took it: then no receipt ever comes."""
    return row.status != MessageStatus.DELIVERED and row.provider_sid is None


def classify_neighbour(row: Row[Any], phase: str, receipt: CarrierErrorCode) -> NeighbourOutcome:
    """What a neighbour came to, seen from a failure with this receipt.

    What the carrier took went through at first.
    """
    went = (
        row.status == MessageStatus.DELIVERED
        if phase == DELIVERY_PHASE
        else row.status in ACCEPTED_STATUSES or not _is_refused(row)
    )
    if went:
        return NeighbourOutcome.SUCCEEDED
    return (
        NeighbourOutcome.SAME_FAILURE
        if find_error_code(row.error_code, phase).is_same_cause(receipt)
        else NeighbourOutcome.OTHER_FAILURE
    )


def list_phone_history(phone: str, carrier: str) -> list[PastMessage]:
    """The newest texts to and from a number, newest first."""
    asked = {"b_phone": phone, "b_carrier": carrier, "b_most": MAX_HISTORY_MESSAGES}
    return [PastMessage(*row) for row in db.session.execute(SELECT_PHONE_HISTORY, asked)]
