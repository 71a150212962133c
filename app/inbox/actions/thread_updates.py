"""Keeping threads up to date as texts come in and are queued. Inside write()."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from app.core.clock import now
from app.inbox import sql


class StoredText(NamedTuple):
    """A text from or to a phone: the id of its message, and its body."""

    id: int
    body: str


def record_inbound_text(
    phone: str,
    texts: Sequence[StoredText],
    moment: datetime,
    *,
    needs_reply: bool,
    reason: str | None = None,
) -> None:
    """Bring the thread of a phone to the top, opened again, or create it.

    `texts`: the text that came in and its queued replies. `needs_reply`: nothing answered it, so
    a person has to look; `reason`: flood, unclear, maybe_stop, wants_back, or None for an ordinary
    text. A text that was handled automatically does not count as unread. The search finds the
    texts after index_texts_for_search(). Inside write().
    """
    sql.UPSERT_INBOUND_TEXT.execute(
        phone=phone,
        newest=texts[-1].id,
        moment=moment,
        needs_reply=needs_reply,
        why=reason if needs_reply else None,
    )


def index_texts_for_search(texts: Iterable[StoredText]) -> None:
    """Let the search find these texts by their words, in one statement. Inside write()."""
    sql.INDEX_TEXTS.execute(texts=json.dumps(list(texts)))


def record_outbound_text(
    phone: str,
    message_id: int,
    body: str,
    moment: datetime,
) -> None:
    """Bring the thread of a phone to the top, if it has one: a text to it alone was queued.

    The search finds the text from now on. Inside write().
    """
    sql.UPDATE_OUTBOUND_TEXT.execute(phone=phone, message_id=message_id, moment=moment)
    index_texts_for_search([StoredText(message_id, body)])


def clear_stop_doubt(phone: str) -> None:
    """Take a thread off the list of those that need a reply, when it waited for a decision.

    The person has said what they meant, or the deadline has passed. Inside write().
    """
    sql.CLEAR_STOP_DOUBT.execute(phone=phone)


def mark_wants_back(phone: str) -> None:
    """Put a thread on the list of those that need a reply: they ask for texts again in vain.

    Inside write().
    """
    sql.MARK_WANTS_BACK.execute(phone=phone)


def ask_for_stop_decision(phone: str, moment: datetime) -> None:
    """Put a thread on the list of those that need a reply: a person decides about a STOP.

    The thread is created when there is none. Inside write().
    """
    get_or_create_thread(phone, moment)
    sql.MARK_MAYBE_STOP.execute(phone=phone)


def silence_auto_replies(phone: str, until: datetime) -> None:
    """Send this number no automatic reply before `until`. Inside write()."""
    sql.UPSERT_SILENCE.execute(phone=phone, moment=now(), until=until)


def get_or_create_thread(phone: str, moment: datetime) -> int:
    """Return the id of the thread of this number, which is created if needed. Inside write()."""
    return int(sql.UPSERT_THREAD.fetch_value(phone=phone, moment=moment))
