"""The messages of one blast: counts, slices and filters."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select

from app.core.db import db
from app.delivery.models import Message
from app.domain.delivery.message_statuses import (
    BlastCounts,
    MessageStatus,
    build_blast_counts,
)

SEGMENT_SAMPLE_ROWS, BLAST_BATCH_ROWS = 5000, 1000


def get_blast_tally(log_id: int) -> BlastCounts:
    """A blast in numbers, from its rows."""
    return build_blast_counts(count_messages_by_status(log_id))


def count_messages_by_status(log_id: int) -> dict[str, int]:
    """How many rows of a blast are in which state; only states that occur.

    One walk along an index.
    """
    counts = (
        select(Message.status, func.count())
        .where(Message.message_log_id == log_id)
        .group_by(Message.status)
    )
    return {row[0]: row[1] for row in db.session.execute(counts)}


def estimate_queued_segments(log_id: int, queued: int) -> int:
    """The segments a blast has still to send, scaled up from SAMPLE rows where more than that
    are `queued`.
    """
    waiting = select(Message.segments).where(
        Message.message_log_id == log_id, Message.status == MessageStatus.QUEUED
    )
    some = waiting.limit(SEGMENT_SAMPLE_ROWS).subquery()
    rows, segments = db.session.execute(
        select(func.count(), func.coalesce(func.sum(some.c.segments), 0))
    ).one()
    return round(segments * max(1.0, queued / rows)) if rows else 0


def iterate_blast_rows(log_id: int, *columns: Any) -> Iterator[Sequence[Row[Any]]]:
    """These columns of every row of a blast in id order, in slices: however large it is, only
    one is held at a time.
    """
    bounds = select(func.min(Message.id), func.max(Message.id)).where(
        Message.message_log_id == log_id
    )
    first, last = db.session.execute(bounds).one()
    after = (first or 0) - 1
    while last is not None and after < last:
        found = db.session.execute(_select_row_batch(log_id, after, last, columns)).all()
        if not found:
            return
        yield found
        after = found[-1].id


def build_blast_id_range_filter(log_id: int) -> ColumnElement[bool]:
    """For any where: the rows of a blast, walked as they lie in the file.

    Where each row must be read anyway (names are in no index), that takes a tenth of the time
    of an index that leads to them one by one.
    """
    states = func.json_each(json.dumps(list(MessageStatus))).table_valued("value")
    of_state = (
        Message.message_log_id == log_id,
        Message.status == states.c.value,
    )  # one step along an index each
    first, last = (
        select(
            outer(select(outer(Message.id)).where(*of_state).correlate(states).scalar_subquery())
        ).select_from(states)
        for outer in (func.min, func.max)
    )
    this_blast = Message.message_log_id.op("+")(0) == log_id
    return and_(Message.id.between(first.scalar_subquery(), last.scalar_subquery()), this_blast)


def _select_row_batch(log_id: int, after: int, last: int, columns: tuple[Any, ...]) -> Any:
    """By the primary key: `+ 0` keeps SQLite from collecting and sorting the whole blast again
    for every slice.
    """
    this_blast = Message.message_log_id.op("+")(0) == log_id
    rows = select(Message.id, *columns).where(Message.id > after, Message.id <= last, this_blast)
    return rows.order_by(Message.id).limit(BLAST_BATCH_ROWS)
