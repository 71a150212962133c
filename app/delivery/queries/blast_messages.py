"""The messages of one blast: counts, slices and filters."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, null, select, type_coerce, union_all

from app.core.db import db
from app.delivery.archive_models import ArchivedCount
from app.delivery.models import Message
from app.delivery.queries.superseded_rows import select_superseded_counts
from app.domain.delivery.message_statuses import (
    BlastCounts,
    MessageStatus,
    build_blast_counts,
)

# Estimated from so many messages: a blast of 100,000 is not read for one figure on a page.
SEGMENT_SAMPLE_ROWS = 5000
BLAST_BATCH_ROWS = 1000


@dataclass(frozen=True)
class CountedMessages:
    """How many people of a blast have which status, and how many texts lie in which archive.

    Of each only those that occur; `by_status` counts what is in the archives too.
    """

    by_status: dict[str, int]
    by_archive_year: dict[int, int]


def get_blast_tally(log_id: int) -> BlastCounts:
    """Return the counts of a blast, from its messages."""
    return build_blast_counts(count_messages(log_id).by_status)


def count_messages(log_id: int) -> CountedMessages:
    """Count the messages of a blast, in one statement.

    One walk along ix_messages_log_status, less the rows that another one stands in for, and those
    that moved into an archive.
    """
    rows = (
        select(Message.status, func.count().label("rows"), null().label("year"))
        .where(Message.message_log_id == log_id)
        .group_by(Message.status)
    )
    superseded = select_superseded_counts(log_id).subquery()
    less = select(superseded.c.status, -superseded.c.count, null())
    status_column = type_coerce(ArchivedCount.status, Message.status.type)
    archived = select(status_column, ArchivedCount.texts, ArchivedCount.year)
    archived = archived.where(ArchivedCount.message_log_id == log_id)
    counts: dict[str, int] = {}
    by_year: dict[int, int] = {}
    for status, count, year in db.session.execute(union_all(rows, less, archived)):
        counts[status] = counts.get(status, 0) + count
        if year is not None:
            by_year[year] = by_year.get(year, 0) + count
    by_status = {status: count for status, count in counts.items() if count}
    return CountedMessages(by_status, by_year)


def estimate_queued_segments(log_id: int, queued_count: int) -> int:
    """Return about how many segments a blast has still to send.

    Scaled up from 5,000 messages where more are queued.
    """
    sample = (
        select(Message.segments)
        .where(Message.message_log_id == log_id, Message.status == MessageStatus.QUEUED)
        .limit(SEGMENT_SAMPLE_ROWS)
        .subquery()
    )
    row_count, segments = db.session.execute(
        select(func.count(), func.coalesce(func.sum(sample.c.segments), 0))
    ).one()
    if not row_count:
        return 0
    scale: float = max(1.0, queued_count / row_count)
    return round(int(segments) * scale)


def iterate_blast_rows(
    log_id: int, columns: Sequence[Any], conditions: Sequence[ColumnElement[bool]] = ()
) -> Iterator[Sequence[Row[Any]]]:
    """Yield the id and these columns of a blast's messages in id order, in slices of 1,000.

    However large the blast is, only one slice is in memory.
    """
    bounds = select(func.min(Message.id), func.max(Message.id)).where(
        Message.message_log_id == log_id
    )
    first_id, last_id = db.session.execute(bounds).one()
    # both are None for a blast without messages
    after_id = (first_id or 0) - 1
    while last_id is not None and after_id < last_id:
        batch = _select_row_batch(log_id, after_id, last_id, columns)
        rows = db.session.execute(batch.where(*conditions)).all()
        if not rows:
            return
        yield rows
        after_id = rows[-1].id


def build_blast_id_range_filter(log_id: int) -> ColumnElement[bool]:
    """Return a condition for the messages of a blast that reads them in the order of the file.

    For selects that must read every row anyway (names are in no index): that takes a tenth of the
    time of an index that leads to the rows one by one.
    """
    statuses = func.json_each(json.dumps(list(MessageStatus))).table_valued("value")
    # For each status the first and the last id, one step along ix_messages_log_status each;
    # min() over the blast itself would walk along all of its rows.
    bounds = []
    for aggregate in (func.min, func.max):
        id_of_status = (
            select(aggregate(Message.id))
            .where(Message.message_log_id == log_id, Message.status == statuses.c.value)
            .correlate(statuses)
            .scalar_subquery()
        )
        bounds.append(select(aggregate(id_of_status)).select_from(statuses).scalar_subquery())
    return and_(Message.id.between(bounds[0], bounds[1]), _is_of_blast_unindexed(log_id))


def _select_row_batch(
    log_id: int, after_id: int, last_id: int, columns: Sequence[Any]
) -> Select[Any]:
    rows = select(Message.id, *columns).where(
        Message.id > after_id, Message.id <= last_id, _is_of_blast_unindexed(log_id)
    )
    return rows.order_by(Message.id).limit(BLAST_BATCH_ROWS)


def _is_of_blast_unindexed(log_id: int) -> ColumnElement[bool]:
    """Return the condition that a message is of this blast, kept from using an index.

    `+ 0` makes SQLite walk along the primary key. By an index it would collect and sort the whole
    blast again for every slice.
    """
    return Message.message_log_id.op("+")(0) == log_id
