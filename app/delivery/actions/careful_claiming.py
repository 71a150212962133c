"""Claim messages one by one, where the rows of the queue cannot be read together.

One text that is no UTF-8 makes SQLite refuse the whole list. So the ids are listed, and each row is
claimed in a transaction of its own: whoever calls sets aside what cannot be.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import starmap
from typing import NamedTuple

from app.core.column_types import datetime_from_db
from app.delivery.actions.message_claiming import (
    ClaimCandidate,
    ClaimedMessage,
    QueuedMessage,
    RunningBlast,
    SendCapacity,
    build_queue_params,
    claim_candidates,
    is_outside_hours,
)
from app.delivery.actions.step_text_waits import keep_texts_in_hours
from app.delivery.actions.text_holding import load_tick_hours
from app.delivery.sql import claiming as sql


class QueuedRow(NamedTuple):
    """A row of the queue by its id; `log_id` None: it belongs to no blast."""

    message_id: int
    log_id: int | None


def list_running_blast_ids(carrier: str) -> list[int]:
    """Return the ids of the blasts with something queued. A read."""
    return [row[0] for row in sql.SELECT_RUNNING_BLAST_IDS.fetch_json(carrier_name=carrier)]


def list_queued_rows(
    carrier: str, log_id: int | None, max_rows: int, moment: datetime
) -> list[QueuedRow]:
    """Return what may leave of a blast, or of no blast, the oldest first. A read."""
    params = build_queue_params(carrier, max_rows, moment)
    if log_id is None:
        rows = sql.SELECT_DIRECT_IDS.fetch_json(**params)
    else:
        rows = sql.SELECT_IDS_OF_BLAST.fetch_json(**params | {"blast_id": log_id})
    return [QueuedRow(row[0], log_id) for row in rows]


def load_running_blast(carrier: str, log_id: int) -> RunningBlast | None:
    """Return a running blast. Raises when its row cannot be read."""
    rows = sql.SELECT_RUNNING_BLAST.fetch_json(carrier_name=carrier, blast_id=log_id)
    if not rows:
        return None
    blast = RunningBlast(*rows[0])
    # A time that is no time is found here, before any message of it is claimed.
    datetime_from_db(blast.not_after)
    return blast


def claim_queued_row(
    row: QueuedRow, carrier: str, capacity: SendCapacity, moment: datetime
) -> list[ClaimedMessage]:
    """Claim one message as claim_messages() would; return it, or nothing. Inside write().

    Raises whatever its row makes SQLite or Python raise.
    """
    deadline = blast = None
    if row.log_id is not None:
        blast = load_running_blast(carrier, row.log_id)
        if blast is None or (not blast.proven and blast.has_in_flight):
            return []
        if blast.has_expired(moment):
            if blast.has_expired(capacity.find_certain_moment(moment)):
                sql.EXPIRE_BLAST_MESSAGES.execute(blast_id=blast.id)
            return []
        deadline = blast.deadline
    params = build_queue_params(carrier, 1, moment)
    rows = sql.SELECT_QUEUED_MESSAGE.fetch_json(**params | {"message_id": row.message_id})
    hours = load_tick_hours(carrier, moment, capacity.find_certain_moment(moment))
    candidates = []
    messages: Sequence[QueuedMessage] = list(starmap(QueuedMessage, rows))
    if blast is None:
        messages = keep_texts_in_hours(messages, hours, moment)
    for message in messages:
        if blast and hours and is_outside_hours(message, blast, hours):
            hours.hold_text(message.id)
            continue
        own_deadline = deadline or datetime_from_db(message.not_after)
        candidates.append(ClaimCandidate(message, own_deadline))
    return claim_candidates(candidates, capacity, moment)
