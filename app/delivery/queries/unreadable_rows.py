"""Find rows that cannot be read, that nobody would send, or that stand in no known state."""

from typing import cast

from sqlalchemy import ColumnElement, Table, not_, or_, select, true

from app.core.fetched_rows import fetch_tuples
from app.delivery.models import message_logs, messages
from app.delivery.queries.row_readability import find_unreadable_values
from app.delivery.scheduled_models import ScheduledMessage
from app.delivery.sql.queue_filters import IS_CLAIMABLE, IS_HELD
from app.domain.delivery.message_statuses import (
    OPEN_BLAST_STATUSES,
    BlastStatus,
    MessageStatus,
    ScheduledBlastStatus,
)

MAX_ROWS = 1000
messages_c, message_logs_c = messages.c, message_logs.c
_IS_QUEUED = messages_c.status == MessageStatus.QUEUED
# Written as ranges, with which SQLite steps over the rows of the two carriers in the indexes of
# what waits: that may be 100,000 rows, and this is asked every minute.
_HAS_UNKNOWN_CARRIER = or_(
    messages_c.carrier < "sandbox",
    (messages_c.carrier > "sandbox") & (messages_c.carrier < "twilio"),
    messages_c.carrier > "twilio",
)
_HAS_QUEUE = (
    select(messages_c.id)
    .where(messages_c.message_log_id == message_logs_c.id, _IS_QUEUED)
    .limit(1)
    .exists()
)


def list_unreadable_schedules() -> list[int]:
    """Return the ids of the waiting blasts that cannot be read or have no known state."""
    column = ScheduledMessage.status
    is_open = or_(column == ScheduledBlastStatus.PENDING, not_(column.in_(ScheduledBlastStatus)))
    return sorted(find_unreadable_values(cast("Table", ScheduledMessage.__table__), is_open))


def list_unreadable_blasts() -> list[int]:
    """Return the ids of the open blasts that cannot be read or have no known state."""
    column = message_logs_c.status
    is_open = or_(column.in_(OPEN_BLAST_STATUSES), not_(column.in_(BlastStatus)))
    return sorted(find_unreadable_values(message_logs, is_open))


def list_unreadable_held_texts() -> list[tuple[int, int | None]]:
    """Return (message id, blast id) of held texts that cannot be read: reads all that is held."""
    ids = find_unreadable_values(messages, IS_HELD)
    columns = select(messages_c.id, messages_c.message_log_id)
    return fetch_tuples(columns.where(messages_c.id.in_(list(ids)[:MAX_ROWS])))


def list_strays() -> list[tuple[int, int | None]]:
    """Return (message id, blast id) of queued rows that no engine would ever send.

    Their carrier is unknown, or their blast has ended.
    """
    ended = select(message_logs_c.id).where(
        not_(message_logs_c.status.in_(OPEN_BLAST_STATUSES)), _HAS_QUEUE
    )
    # Along the blasts, which finds both that may be claimed and what is held.
    of_ended = (_IS_QUEUED, messages_c.message_log_id.in_(ended))
    return _list_ids(_HAS_UNKNOWN_CARRIER) + _fetch_ids(*of_ended)


def list_rows_without_blast() -> list[tuple[int, int | None]]:
    """Return (message id, blast id) of queued rows whose blast does not exist: reads the queue."""
    has_log = select(message_logs_c.id).where(message_logs_c.id == messages_c.message_log_id)
    # As a value: SQLite would walk along the blasts of all texts, not along those that wait.
    is_of_blast = messages_c.message_log_id.is_not(None).is_(true())
    return _list_ids(is_of_blast, not_(has_log.exists()))


def _list_ids(*conditions: ColumnElement[bool]) -> list[tuple[int, int | None]]:
    ids: list[tuple[int, int | None]] = []
    for is_waiting in (IS_CLAIMABLE, IS_HELD):
        ids += _fetch_ids(is_waiting, *conditions)
    return ids


def _fetch_ids(*conditions: ColumnElement[bool]) -> list[tuple[int, int | None]]:
    rows = select(messages_c.id, messages_c.message_log_id).where(*conditions)
    return fetch_tuples(rows.limit(MAX_ROWS))
