"""What became of the messages around one, for the circuit breaker and for dead numbers.

Every statement walks a bounded number of steps along an index, however large the blast is.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, and_, bindparam, func, select, union_all

from app.core.db import db
from app.delivery.engine_models import sender_health
from app.delivery.models import message_logs, messages
from app.domain.delivery.carrier_error_codes import CarrierErrorCode, find_error_code
from app.domain.delivery.circuit_breaker import MAX_WINDOW_SIZE, NeighbourOutcome
from app.domain.delivery.dead_numbers import PastMessage
from app.domain.delivery.message_statuses import ACCEPTED_STATUSES, MessageStatus

MAX_HISTORY_MESSAGES = 200
CREATE_PHASE, DELIVERY_PHASE = "create", "delivery"
# A result is what the carrier answered or, where a fault shows in receipts only, what a receipt
# said.
RESULT_STATUSES = {
    CREATE_PHASE: (
        MessageStatus.ACCEPTED,
        MessageStatus.SENT,
        MessageStatus.NO_RECEIPT,
        MessageStatus.DELIVERED,
        MessageStatus.UNDELIVERED,
        MessageStatus.FAILED,
        MessageStatus.OPTED_OUT,
    ),
    DELIVERY_PHASE: (
        MessageStatus.DELIVERED,
        MessageStatus.UNDELIVERED,
        MessageStatus.FAILED,
    ),
}
messages_c = messages.c
message_logs_c = message_logs.c
sender_health_c = sender_health.c
_LEFT_AT = func.coalesce(messages_c.submitted_at, messages_c.created_at).label("left_at")
_MESSAGE_ID: BindParameter[int] = bindparam("message_id")


class FailureContext(NamedTuple):
    """When a message left, when its blast was last resumed, and what its sender is limited by."""

    left_at: datetime
    resumed_at: datetime | None
    slowed_at: datetime | None
    hold_until: datetime | None


class NeighbourResult(NamedTuple):
    """What became of one message of a blast near another one."""

    id: int
    phone: str
    status: MessageStatus
    error_code: int | None
    provider_sid: str | None
    left_at: datetime

    @property
    def was_refused(self) -> bool:
        """Whether the carrier never took it: then no receipt ever comes."""
        return self.status != MessageStatus.DELIVERED and self.provider_sid is None


SELECT_FAILURE_CONTEXT = (
    select(
        _LEFT_AT,
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
    .where(messages_c.id == _MESSAGE_ID)
)
SELECT_PHONE_HISTORY = (
    select(
        messages_c.status,
        messages_c.error_code,
        messages_c.message_log_id,
        messages_c.created_at,
    )
    .where(messages_c.phone == bindparam("phone"), messages_c.carrier == bindparam("carrier"))
    .order_by(messages_c.id.desc())
    .limit(MAX_HISTORY_MESSAGES)
)


def _select_nearest_ids(
    statuses: Sequence[MessageStatus], *, is_before: bool
) -> Select[tuple[int]]:
    """Select the ids of the nearest results before a message (itself included) or after it.

    As many of each status are read as are wanted of all: each is a short walk along
    ix_messages_log_status, where one select over all statuses would read and sort the whole blast.
    """
    nearest = []
    for status in statuses:
        rows = select(messages_c.id).where(
            messages_c.message_log_id == bindparam("log_id"), messages_c.status == status
        )
        if is_before:
            rows = rows.where(messages_c.id <= _MESSAGE_ID).order_by(messages_c.id.desc())
        else:
            rows = rows.where(messages_c.id > _MESSAGE_ID).order_by(messages_c.id)
        nearest.append(select(rows.limit(MAX_WINDOW_SIZE).subquery().c.id))
    results = union_all(*nearest).subquery()
    order = results.c.id.desc() if is_before else results.c.id.asc()
    return select(results.c.id).order_by(order).limit(MAX_WINDOW_SIZE)


def _build_neighbours_select(
    statuses: Sequence[MessageStatus],
) -> Select[Any]:
    before = _select_nearest_ids(statuses, is_before=True).subquery()
    after = _select_nearest_ids(statuses, is_before=False).subquery()
    return (
        select(
            messages_c.id,
            messages_c.phone,
            messages_c.status,
            messages_c.error_code,
            messages_c.provider_sid,
            _LEFT_AT,
        )
        .where(messages_c.id.in_(union_all(select(before.c.id), select(after.c.id))))
        .order_by(messages_c.id)
    )


SELECT_NEIGHBOURS = {
    phase: _build_neighbours_select(statuses) for phase, statuses in RESULT_STATUSES.items()
}


def get_failure_context(message_id: int) -> FailureContext:
    """Return what the breaker has to know about a message that failed."""
    row = db.session.execute(SELECT_FAILURE_CONTEXT, {"message_id": message_id}).one()
    return FailureContext(*row)


def list_neighbour_results(
    log_id: int, message_id: int, phase: str, since: datetime | None
) -> list[NeighbourResult]:
    """Return the nearest results of one blast before and after a message, by id.

    Only of messages that left at `since` or later. Where a receipt told of the failure, those that
    the carrier never took do not count.
    """
    params = {"log_id": log_id, "message_id": message_id}
    results: list[NeighbourResult] = []
    for row in db.session.execute(SELECT_NEIGHBOURS[phase], params):
        neighbour = NeighbourResult(*row)
        if since is not None and neighbour.left_at < since:
            continue
        if phase == CREATE_PHASE or neighbour.id == message_id or not neighbour.was_refused:
            results.append(neighbour)
    return results


def classify_neighbour(
    neighbour: NeighbourResult, phase: str, error_code: CarrierErrorCode
) -> NeighbourOutcome:
    """Return what a neighbour came to, compared with a failure of this code in this phase."""
    if _has_succeeded(neighbour, phase):
        return NeighbourOutcome.SUCCEEDED
    if find_error_code(neighbour.error_code, phase).is_same_cause(error_code):
        return NeighbourOutcome.SAME_FAILURE
    return NeighbourOutcome.OTHER_FAILURE


def _has_succeeded(neighbour: NeighbourResult, phase: str) -> bool:
    """Whether it got as far as the failure did not: accepted, or in receipts delivered."""
    if phase == DELIVERY_PHASE:
        return neighbour.status == MessageStatus.DELIVERED
    return neighbour.status in ACCEPTED_STATUSES or not neighbour.was_refused


def list_phone_history(phone: str, carrier: str) -> list[PastMessage]:
    """Return the newest 200 messages to and from a phone, newest first."""
    params = {"phone": phone, "carrier": carrier}
    return list(starmap(PastMessage, db.session.execute(SELECT_PHONE_HISTORY, params)))
