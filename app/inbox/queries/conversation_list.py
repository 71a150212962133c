"""Lists of threads: those that need a reply, the reader's own, all, and those that are done."""

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)

from app.core.db import db
from app.core.scope_conditions import list_scope_conditions
from app.delivery.queries.phone_texts import (
    TextPreview,
    add_text_preview,
    build_text_preview,
)
from app.events.queries.contact_names import find_display_names
from app.inbox.models import Thread
from app.suppression.queries.stop_questions import find_open_stop_question_ids

LIST_STATES = ("needs", "mine", "all", "done")
COUNTED_STATES = ("needs", "mine")
THREADS_PER_PAGE = 40
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
    """Return the conditions of one of LIST_STATES for this reader; each is that of an index.

    Only of the people whom the user who asks reaches.
    """
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "needs": [NEEDS_REPLY_CONDITION],
        "mine": [Thread.assigned_to == username, Thread.done_at.is_(None)],
        "done": [Thread.done_at.is_not(None)],
    }
    return conditions.get(state, []) + list_scope_conditions(Thread.phone)


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
    is_reached = list_scope_conditions(Thread.phone)
    return db.session.scalar(select(Thread.id).where(*is_reached).limit(1)) is not None


def list_threads(
    state: str, username: str, cursor: str = "", open_id: int | None = None
) -> ThreadListPage:
    """Return a page of one of LIST_STATES; `cursor` is the `older_cursor` of the page before.

    The conversation `open_id` is on the first page even when its state has changed: it must not
    vanish under the eyes of the user who has just answered it.
    """
    threads = _select_previewed_threads(Thread.last_message_id).where(
        *build_list_state_conditions(state, username), *_build_cursor_conditions(cursor)
    )
    rows = _fetch_previewed_threads(order_threads_by_newest(threads).limit(THREADS_PER_PAGE + 1))
    page_rows = rows[:THREADS_PER_PAGE]
    # One thread more than a page tells whether there is an older page.
    older_cursor = ""
    if len(rows) > THREADS_PER_PAGE:
        last = page_rows[-1].thread
        older_cursor = _encode_cursor(last.id, last.last_at)
    if open_id and not cursor and open_id not in [row.thread.id for row in page_rows]:
        is_meant = (Thread.id == open_id, *list_scope_conditions(Thread.phone))
        opened = _select_previewed_threads(Thread.last_message_id).where(*is_meant)
        page_rows += _fetch_previewed_threads(opened)
        page_rows.sort(key=lambda row: (row.thread.last_at, row.thread.id), reverse=True)
    return ThreadListPage(_build_thread_list_items(page_rows), older_cursor)


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


def load_thread_list_items(message_ids: Mapping[int, int | None]) -> Sequence[ThreadListItem]:
    """Return these threads in this order; those that are gone are left out.

    `message_ids`: by thread, the message to preview; None: the newest one.
    """
    # One bound JSON object, so that the statement is the same for every search.
    path = literal('$."').concat(cast(Thread.id, String)).concat('"')
    message_id = func.json_extract(json.dumps(message_ids), path)
    threads = _select_previewed_threads(func.coalesce(message_id, Thread.last_message_id))
    rows = _fetch_previewed_threads(threads.where(Thread.id.in_(message_ids)))
    order = list(message_ids)
    return _build_thread_list_items(sorted(rows, key=lambda row: order.index(row.thread.id)))


class _PreviewedThread(NamedTuple):
    """A thread, and the beginning of the text that its line shows."""

    thread: Thread
    preview: TextPreview | None


def _select_previewed_threads(message_id: Any) -> Select[Any]:
    return add_text_preview(select(Thread), message_id, PREVIEW_CHARACTERS)


def _fetch_previewed_threads(rows: Select[Any]) -> list[_PreviewedThread]:
    threads = []
    for thread, *text in db.session.execute(rows):
        threads.append(_PreviewedThread(thread, build_text_preview(*text)))
    return threads


def _build_thread_list_items(rows: Sequence[_PreviewedThread]) -> Sequence[ThreadListItem]:
    names = find_display_names([row.thread.phone for row in rows])
    questions = find_open_stop_question_ids(
        [row.thread.phone for row in rows if row.thread.why == "maybe_stop"]
    )
    items = []
    for thread, preview in rows:
        name, question_id = names.get(thread.phone), questions.get(thread.phone)
        items.append(_build_thread_list_item(thread, name, preview, question_id))
    return items


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
