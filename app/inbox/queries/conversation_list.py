"""Lists of threads: those that need a reply, one's own, all, and those that are done; the
newest first.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select, tuple_

from app.core.db import db
from app.delivery.models import Message
from app.domain.delivery.message_statuses import MessageDirection
from app.events.queries.contact_names import find_display_names
from app.inbox.models import Thread

LIST_STATES = ("needs", "mine", "all", "done")
THREADS_PER_PAGE, MAX_WAITING_COUNT, PREVIEW_CHARACTERS = 40, 100, 120
CURSOR_PATTERN = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
# As the index says it: SQLite takes a partial index only for the very same words.
NEEDS_REPLY_CONDITION: ColumnElement[bool] = literal_column("threads.needs_reply")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ThreadListItem:
    """A thread in a list.

    `begins`: the first words of its newest text, or of the one that was searched for.
    """

    id: int
    phone: str
    name: str | None
    preview: str
    is_outbound: bool
    last_at: datetime
    unread: int
    needs_reply: bool
    why: str | None
    assigned_to: str | None
    is_done: bool


@dataclass(frozen=True)
class ThreadListPage:
    """Some lines. `older`: what to ask for the next ones with, "" when these are the last."""

    items: Sequence[ThreadListItem]
    older_cursor: str = ""

    @property
    def fingerprint(self) -> str:
        """A short fingerprint: another one as soon as anything has changed."""
        return f"{zlib.crc32(repr(self.items).encode('utf-8', 'replace')):08x}"


def build_list_state_conditions(state: str, who: str) -> list[ColumnElement[bool]]:
    """The conditions of one of STATES; each is the one of an index. `who` is the reader."""
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "needs": [NEEDS_REPLY_CONDITION],
        "mine": [Thread.assigned_to == who, Thread.done_at.is_(None)],
        "done": [Thread.done_at.is_not(None)],
    }
    return conditions.get(state, [])


def order_threads_by_newest(rows: Any) -> Any:
    """Every list of threads has this order."""
    return rows.order_by(Thread.last_at.desc(), Thread.id.desc())


def count_threads_by_state(who: str) -> dict[str, int]:
    """How many threads each of STATES has: one statement, each count along its index."""
    each = [
        select(func.count())
        .select_from(Thread)
        .where(*build_list_state_conditions(state, who))
        .scalar_subquery()
        for state in LIST_STATES
    ]
    return dict(zip(LIST_STATES, db.session.execute(select(*each)).one(), strict=True))


def select_waiting_thread_count() -> ColumnElement[int]:
    """For any select: how many conversations need a reply; MOST_WAITING when it is that many or
    more.
    """
    some = select(Thread.id).where(NEEDS_REPLY_CONDITION).limit(MAX_WAITING_COUNT).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def count_waiting_threads() -> int:
    """How many that is."""
    return db.session.scalar(select(select_waiting_thread_count())) or 0


def list_threads(state: str, who: str, before: str = "") -> ThreadListPage:
    """A page of one of STATES; `before` is the `older` of the page before it."""
    ids = select(Thread.id, Thread.last_at).where(
        *build_list_state_conditions(state, who), *_build_cursor_conditions(before)
    )
    rows = db.session.execute(order_threads_by_newest(ids).limit(THREADS_PER_PAGE + 1)).all()
    older = (
        _encode_cursor(rows[THREADS_PER_PAGE - 1].id, rows[THREADS_PER_PAGE - 1].last_at)
        if len(rows) > THREADS_PER_PAGE
        else ""
    )
    return ThreadListPage(
        load_thread_list_items([row[0] for row in rows[:THREADS_PER_PAGE]]), older
    )


def _build_cursor_conditions(cursor: str) -> list[ColumnElement[bool]]:
    match = CURSOR_PATTERN.fullmatch(cursor)
    if not match:
        return []
    try:
        moment = EPOCH + timedelta(microseconds=int(match[1]))
    except OverflowError:
        return []
    return [tuple_(Thread.last_at, Thread.id) < tuple_(moment, int(match[2]))]


def _encode_cursor(thread_id: int, at: datetime) -> str:
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{thread_id}"


def load_thread_list_items(
    ids: Sequence[int], shown: dict[int, int] | None = None
) -> Sequence[ThreadListItem]:
    """The threads with these ids, in this order.

    `shown`: by thread, the text to show in place of the newest one.
    """
    rows = {row.id: row for row in db.session.scalars(select(Thread).where(Thread.id.in_(ids)))}
    there = [rows[each] for each in ids if each in rows]
    texts = _load_previews(
        {row.id: (shown or {}).get(row.id) or row.last_message_id for row in there}
    )
    names = find_display_names([row.phone for row in there])
    return [
        _build_thread_list_item(row, names.get(row.phone), *texts.get(row.id, ("", False)))
        for row in there
    ]


def _load_previews(wanted: dict[int, int | None]) -> dict[int, tuple[str, bool]]:
    ids = {each for each in wanted.values() if each}
    texts = select(
        Message.id, func.substr(Message.body, 1, PREVIEW_CHARACTERS), Message.direction
    ).where(Message.id.in_(ids))
    found = {
        row[0]: (" ".join(row[1].split()), row[2] is MessageDirection.OUTBOUND)
        for row in db.session.execute(texts)
    }
    return {thread: found[message] for thread, message in wanted.items() if message in found}


def _build_thread_list_item(
    row: Thread, name: str | None, begins: str, ours: bool
) -> ThreadListItem:
    return ThreadListItem(
        id=row.id,
        phone=row.phone,
        name=name,
        preview=begins,
        is_outbound=ours,
        last_at=row.last_at,
        unread=row.unread,
        needs_reply=row.needs_reply,
        why=row.why,
        assigned_to=row.assigned_to,
        is_done=row.done_at is not None,
    )
