"""What a phone wrote and got before: what automatic answers and late STOPs are judged by."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, exists, select

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.delivery.models import messages
from app.delivery.sql.inbound_messages import SELECT_OUR_LAST_TEXTS
from app.domain.delivery.message_statuses import (
    RETRIED_STATUSES,
    MessageDirection,
    MessageKind,
)

AUTO_REPLY_KINDS = (MessageKind.KEYWORD, MessageKind.SURVEY, MessageKind.SYSTEM)


class TextOfPhone(NamedTuple):
    """One text and the person whom it came from or went to."""

    id: int
    phone: str
    body: str
    created_at: datetime


class OurLastTexts(NamedTuple):
    """What we texted to a phone last: the bodies, the newest first, and when the newest left."""

    bodies: list[str]
    left_at: datetime | None


class SentTime(NamedTuple):
    """When a text was written on the carrier's clock; `is_final`: the carrier is not asked any
    more.
    """

    is_final: bool
    sent_at: datetime | None


def find_texts_of_phone(message_ids: Sequence[int]) -> dict[int, TextOfPhone]:
    """Return these messages by their ids; ids that do not exist are left out."""
    columns = messages.c
    rows = select(columns.id, columns.phone, columns.body, columns.created_at).where(
        columns.id.in_(_select_listed_ids(message_ids))
    )
    return {row.id: TextOfPhone(*row) for row in db.session.execute(rows)}


class ReplyOfUser(NamedTuple):
    """A reply that a user wrote to a phone."""

    id: int
    author: str
    body: str
    created_at: datetime


def find_newest_reply_of_others(
    phone: str, username: str, after_id: int, shown_id: int, since: datetime
) -> ReplyOfUser | None:
    """Return the newest reply that somebody else than `username` wrote to this phone.

    It is newer than the message `after_id`; and newer than `shown_id`, or not older than `since`.
    """
    columns = messages.c
    rows = select(columns.id, columns.written_by, columns.body, columns.created_at).where(
        columns.phone == phone,
        columns.id > after_id,
        columns.kind == MessageKind.REPLY,
        columns.written_by != username,
        (columns.id > shown_id) | (columns.created_at >= since),
    )
    row = db.session.execute(rows.order_by(columns.id.desc()).limit(1)).first()
    return None if row is None else ReplyOfUser(*row)


def find_failed_reply(phone: str, message_id: int) -> ReplyOfUser | None:
    """Return this reply of a user to a phone if it failed, so that it may be tried again."""
    columns = messages.c
    rows = select(columns.id, columns.written_by, columns.body, columns.created_at).where(
        columns.id == message_id,
        columns.phone == phone,
        columns.kind == MessageKind.REPLY,
        columns.status.in_(RETRIED_STATUSES),
    )
    row = db.session.execute(rows).first()
    return None if row is None else ReplyOfUser(*row)


def match_message_sid(sid: ColumnElement[str | None]) -> ColumnElement[bool]:
    """Return whether a message has this SID, for each row of another table."""
    return exists().where(messages.c.provider_sid == sid)


def find_sent_times(message_ids: Sequence[int | None]) -> dict[int, SentTime]:
    """Return what request_sent_times() has brought about these messages, by their ids."""
    rows = select(messages.c.id, messages.c.look_up_at, messages.c.sent_at).where(
        messages.c.id.in_(_select_listed_ids(message_ids))
    )
    return {
        row.id: SentTime(row.look_up_at is None, row.sent_at) for row in db.session.execute(rows)
    }


def find_our_last_texts(phone: str) -> OurLastTexts:
    """Return what we texted to a phone last: what a text from it may quote, or answer at once."""
    rows = SELECT_OUR_LAST_TEXTS.fetch_rows(phone=phone)
    return OurLastTexts([body for body, _ in rows], rows[0][1] if rows else None)


def select_newest_texts(phone: ColumnElement[str], limit: int) -> FromClause:
    """Return a table of the newest messages of a phone (id, created_at), for a join.

    It walks along the index of phones, however many messages the phone has.
    """
    rows = select(messages.c.id, messages.c.created_at).where(messages.c.phone == phone)
    return rows.order_by(messages.c.id.desc()).limit(limit).subquery("text")


def select_answered_message_ids(
    phone: ColumnElement[str], since: ColumnElement[datetime], limit: int
) -> FromClause:
    """Return a table (message_id) of the texts that the newest automatic replies to a phone
    answered, the newest reply first; only of replies made after `since`.

    It walks along ix_messages_phone_answered, however many texts the phone has sent.
    """
    rows = select(messages.c.in_reply_to.label("message_id")).where(
        messages.c.phone == phone,
        messages.c.in_reply_to.is_not(None),
        messages.c.kind.in_(AUTO_REPLY_KINDS),
        messages.c.created_at > since,
    )
    return rows.order_by(messages.c.id.desc()).limit(limit).subquery("answer")


def _select_listed_ids(message_ids: Sequence[int | None]) -> Select[tuple[int]]:
    """Return the ids as rows: one bound parameter, however many they are."""
    return select(build_listed_column(message_ids))


def find_last_inbound_id(phone: str) -> int | None:
    """Return the id of the newest text from this phone."""
    rows = select(messages.c.id).where(
        messages.c.phone == phone, messages.c.direction == MessageDirection.INBOUND
    )
    return db.session.scalar(rows.order_by(messages.c.id.desc()).limit(1))
