"""Lists of threads: those that need a reply, the reader's own, all, and those that are done."""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select, tuple_

from app.core.db import db
from app.delivery.queries.phone_texts import TextPreview, find_text_previews
from app.events.queries.contact_names import find_display_names
from app.inbox.models import Thread
from app.suppression.queries.stop_questions import find_open_stop_question_ids

LIST_STATES = ("needs", "mine", "all", "done")
COUNTED_STATES = ("needs", "mine")
THREADS_PER_PAGE = 40
# The menu shows "99+" for more.
MAX_WAITING_COUNT = 100
PREVIEW_CHARACTERS = 120
CURSOR_PATTERN = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
# Written as the partial index has it: SQLite takes such an index only for the very same words.
NEEDS_REPLY_CONDITION: ColumnElement[bool] = literal_column("threads.needs_reply")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_PREVIEW = TextPreview("", is_outbound=False)


@dataclass(frozen=True)
class ThreadListItem:
    """A thread in a list.

    `preview`: the beginning of its newest text, or of the one that a search found. `question_id`:
    the open question whether a text of theirs meant STOP.
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
    question_id: int | None = None


@dataclass(frozen=True)
class ThreadListPage:
    """A page of threads. `older_cursor` leads to the next page; "" when this is the last."""

    items: Sequence[ThreadListItem]
    older_cursor: str = ""

    @property
    def fingerprint(self) -> str:
        """A short text that changes as soon as anything on the page has changed."""
        return f"{zlib.crc32(repr(self.items).encode('utf-8', 'replace')):08x}"


def build_list_state_conditions(state: str, username: str) -> list[ColumnElement[bool]]:
    """Return the conditions of one of LIST_STATES for this reader; each is that of an index."""
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "needs": [NEEDS_REPLY_CONDITION],
        "mine": [Thread.assigned_to == username, Thread.done_at.is_(None)],
        "done": [Thread.done_at.is_not(None)],
    }
    return conditions.get(state, [])


def order_threads_by_newest(rows: Any) -> Any:
    """Add the order that every list of threads has."""
    return rows.order_by(Thread.last_at.desc(), Thread.id.desc())


def count_threads_by_state(username: str) -> dict[str, int]:
    """Count the threads of each of COUNTED_STATES for this reader.

    One statement, each count along its index. The others are not counted: nobody waits there, and
    to count all threads the database would read a whole index every five seconds.
    """
    counts = []
    for state in COUNTED_STATES:
        conditions = build_list_state_conditions(state, username)
        rows = select(func.count()).select_from(Thread).where(*conditions)
        counts.append(rows.scalar_subquery())
    return dict(zip(COUNTED_STATES, db.session.execute(select(*counts)).one(), strict=True))


def has_any_thread() -> bool:
    """Whether there is any conversation."""
    return db.session.scalar(select(Thread.id).limit(1)) is not None


def select_waiting_thread_count() -> ColumnElement[int]:
    """Return how many threads need a reply, for any select; never more than MAX_WAITING_COUNT.

    The menu of every page shows it, so it must not read more rows than that.
    """
    ids = select(Thread.id).where(NEEDS_REPLY_CONDITION).limit(MAX_WAITING_COUNT).subquery()
    return select(func.count()).select_from(ids).scalar_subquery()


def count_waiting_threads() -> int:
    """Count the threads that need a reply, up to MAX_WAITING_COUNT."""
    return db.session.scalar(select(select_waiting_thread_count())) or 0


@dataclass(frozen=True)
class WaitingState:
    """How many threads need a reply, and of the one with the newest text: its id and number."""

    count: int
    newest_message_id: int = 0
    thread_id: int = 0
    phone: str = ""


def fetch_waiting_state() -> WaitingState:
    """Return it with one statement, along the index of waiting threads."""
    newest = select(Thread.id, Thread.phone, Thread.last_message_id).where(NEEDS_REPLY_CONDITION)
    newest = order_threads_by_newest(newest).limit(1).subquery()
    row = db.session.execute(select(newest, select_waiting_thread_count())).first()
    if row is None:
        return WaitingState(0)
    thread_id, phone, message_id, count = row
    return WaitingState(count, message_id or 0, thread_id, phone)


def list_threads(
    state: str, username: str, cursor: str = "", open_id: int | None = None
) -> ThreadListPage:
    """Return a page of one of LIST_STATES; `cursor` is the `older_cursor` of the page before.

    The conversation `open_id` is on the first page even when its state has changed: it must not
    vanish under the eyes of the user who has just answered it.
    """
    threads = select(Thread.id, Thread.last_at).where(
        *build_list_state_conditions(state, username), *_build_cursor_conditions(cursor)
    )
    rows = db.session.execute(order_threads_by_newest(threads).limit(THREADS_PER_PAGE + 1)).all()
    page_rows = rows[:THREADS_PER_PAGE]
    # One thread more than a page tells whether there is an older page.
    older_cursor = ""
    if len(rows) > THREADS_PER_PAGE:
        older_cursor = _encode_cursor(page_rows[-1].id, page_rows[-1].last_at)
    ids = [row.id for row in page_rows]
    added_id = open_id if not cursor and open_id not in ids else None
    return ThreadListPage(load_thread_list_items(ids, added_id=added_id), older_cursor)


def _build_cursor_conditions(cursor: str) -> list[ColumnElement[bool]]:
    match = CURSOR_PATTERN.fullmatch(cursor)
    if not match:
        return []
    try:
        moment = EPOCH + timedelta(microseconds=int(match[1]))
    except OverflowError:
        return []
    # A row value, so that the walk along the index (last_at, id) begins at the cursor.
    return [tuple_(Thread.last_at, Thread.id) < tuple_(moment, int(match[2]))]


def _encode_cursor(thread_id: int, last_at: datetime) -> str:
    return f"{(last_at - EPOCH) // timedelta(microseconds=1)}-{thread_id}"


def load_thread_list_items(
    thread_ids: Sequence[int],
    message_ids: Mapping[int, int | None] | None = None,
    added_id: int | None = None,
) -> Sequence[ThreadListItem]:
    """Return the threads with these ids, in this order; those that are gone are left out.

    `message_ids`: by thread, the message to preview instead of the newest one. `added_id`: one
    more thread, which is put where its newest text belongs.
    """
    all_ids = [*thread_ids, added_id] if added_id else thread_ids
    rows = db.session.scalars(select(Thread).where(Thread.id.in_(all_ids)))
    threads_by_id = {row.id: row for row in rows}
    threads = [threads_by_id[id] for id in all_ids if id in threads_by_id]
    if added_id in threads_by_id:
        threads.sort(key=lambda thread: (thread.last_at, thread.id), reverse=True)
    previews = _load_previews(threads, message_ids or {})
    names = find_display_names([thread.phone for thread in threads])
    questions = find_open_stop_question_ids(
        [thread.phone for thread in threads if thread.why == "maybe_stop"]
    )
    return [
        _build_thread_list_item(
            thread,
            names.get(thread.phone),
            previews.get(thread.id),
            questions.get(thread.phone),
        )
        for thread in threads
    ]


def _load_previews(
    threads: Sequence[Thread], message_ids: Mapping[int, int | None]
) -> dict[int, TextPreview]:
    """Return the preview of each thread that has a message, by the thread's id."""
    message_by_thread: dict[int, int] = {}
    for thread in threads:
        message_id = message_ids.get(thread.id) or thread.last_message_id
        if message_id:
            message_by_thread[thread.id] = message_id
    previews = find_text_previews(message_by_thread.values(), PREVIEW_CHARACTERS)
    return {
        thread_id: previews[message_id]
        for thread_id, message_id in message_by_thread.items()
        if message_id in previews
    }


def _build_thread_list_item(
    thread: Thread, name: str | None, preview: TextPreview | None, question_id: int | None
) -> ThreadListItem:
    text = preview or NO_PREVIEW
    return ThreadListItem(
        id=thread.id,
        phone=thread.phone,
        name=name,
        preview=" ".join(text.beginning.split()),
        is_outbound=text.is_outbound,
        last_at=thread.last_at,
        unread=thread.unread,
        needs_reply=thread.needs_reply,
        why=thread.why,
        assigned_to=thread.assigned_to,
        is_done=thread.done_at is not None,
        question_id=question_id,
    )
