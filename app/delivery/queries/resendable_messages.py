"""Which messages of a blast a person may decide about, and what a resend comes to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.delivery.archive_models import ArchivedCount
from app.delivery.models import Message
from app.delivery.sql.sending_purpose import select_blast_event_id, select_has_left_blast_topic
from app.domain.delivery.message_statuses import (
    RESENDABLE_STATUSES,
    SUPERSEDED_REASON,
    UNCERTAIN_STATUSES,
    MessageStatus,
)
from app.domain.delivery.removed_words import REMOVED_BEGINNING
from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS, SkipReason
from app.suppression.queries.sending_permission import select_suppression_reason

# Where somebody was erased, a mark stands in place of the number: nothing is sent to it, and the
# carrier is not asked about it.
_PHONE_NOT_ERASED = Message.phone.startswith("+")
# Their text follows to another number, or did.
_COUNTS = Message.reason.is_distinct_from(SUPERSEDED_REASON)
# Words that were removed when the text grew old cannot be sent again.
_HAS_WORDS = Message.body.not_like(f"{REMOVED_BEGINNING}%")


def build_blast_messages_filter(log_id: int, message_ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition for these messages, as far as they belong to this blast.

    One bound parameter, however many ids there are: SQLite takes 32,766 at most.
    """
    listed_ids = func.json_each(json.dumps(list(message_ids))).table_valued("value")
    return and_(
        Message.message_log_id == log_id,
        Message.id.in_(select(listed_ids.c.value)),
        _PHONE_NOT_ERASED,
        _COUNTS,
        _HAS_WORDS,
        ~exists().where(ArchivedCount.message_log_id == log_id),
    )


def build_resendable_filter(log_id: int, message_ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition for those of these messages whose status lets a person send them again.

    Whether somebody said STOP since is not part of it.
    """
    return and_(
        build_blast_messages_filter(log_id, message_ids),
        or_(
            Message.status.in_(RESENDABLE_STATUSES),
            *map(_build_skipped_filter, REVERSIBLE_SKIP_REASONS),
        ),
    )


def _build_skipped_filter(reason: str) -> ColumnElement[bool]:
    # Earlier versions stored no text with them, and an empty one cannot be sent.
    is_skipped = and_(Message.status == MessageStatus.SKIPPED, Message.reason == str(reason))
    return and_(is_skipped, Message.body != "")


def _build_actionable_filter(log_id: int, state: str) -> ColumnElement[bool]:
    """Return the condition for the messages in one state that nobody has dismissed."""
    conditions = [Message.message_log_id == log_id, _PHONE_NOT_ERASED, _COUNTS, _HAS_WORDS]
    # Of a blast whose texts are partly in an archive nothing is sent again: the database no longer
    # refuses a second text to whoever is in there.
    conditions.append(~exists().where(ArchivedCount.message_log_id == log_id))
    if state in REVERSIBLE_SKIP_REASONS:
        conditions.append(_build_skipped_filter(state))
    else:
        conditions.append(Message.status == state)
    if state in UNCERTAIN_STATUSES:
        conditions.append(Message.left_at.is_(None))
    return and_(*conditions)


def list_actionable_message_ids(log_id: int, state: str) -> list[int]:
    """Return the ids of the messages of a blast that a person may decide about at once.

    `state`: a status that may be sent again, or a skip reason that may be undone (`country_off`,
    `maybe_stop`); any other word returns nothing.
    """
    if state not in (*RESENDABLE_STATUSES, *REVERSIBLE_SKIP_REASONS):
        return []
    ids = select(Message.id).where(_build_actionable_filter(log_id, state)).order_by(Message.id)
    return list(db.session.scalars(ids))


def count_actionable_messages(log_id: int, state: str) -> int:
    """Count the messages of a blast in this state that a person may decide about at once."""
    return count_rows(Message, _build_actionable_filter(log_id, state))


@dataclass(frozen=True)
class ResendPreview:
    """Some messages sent again, in numbers.

    `possible_duplicates` of these people may get the text twice. `skipped_by_reason`: how many stay
    out, and why.
    """

    people: int = 0
    segments: int = 0
    possible_duplicates: int = 0
    skipped_by_reason: dict[SkipReason, int] = field(default_factory=dict)


@cache
def select_resend_reason() -> ColumnElement[Any]:
    """Return why a message of a blast is not sent again, NULL when it may be."""
    # Building it takes 7 ms; it holds no value, so one serves every select.
    return select_suppression_reason(
        Message.phone,
        event_id=select_blast_event_id(Message.message_log_id),
        has_left_topic=select_has_left_blast_topic(Message.phone, Message.message_log_id),
    )


def preview_resend(log_id: int, message_ids: Sequence[int]) -> ResendPreview:
    """Return what sending these messages of a blast again would come to at this moment."""
    skip_reason = select_resend_reason()
    rows = db.session.execute(
        select(
            skip_reason.label("skip_reason"),
            func.count().label("people"),
            func.sum(Message.segments).label("segments"),
            func.count()
            .filter(Message.status == MessageStatus.UNKNOWN)
            .label("possible_duplicates"),
        )
        .select_from(Message)
        .where(build_resendable_filter(log_id, message_ids))
        .group_by(skip_reason)
    )
    preview = ResendPreview()
    skipped_by_reason: dict[SkipReason, int] = {}
    for row in rows:
        if row.skip_reason is None:
            preview = ResendPreview(row.people, row.segments, row.possible_duplicates)
        else:
            skipped_by_reason[SkipReason(row.skip_reason)] = row.people
    return replace(preview, skipped_by_reason=skipped_by_reason)


def list_resendable_messages(
    log_id: int, message_ids: Sequence[int], offset: int, max_rows: int
) -> Sequence[Message]:
    """Return some of the messages that would be sent again, in the order of the blast."""
    rows = select(Message).where(
        build_resendable_filter(log_id, message_ids),
        select_resend_reason().is_(None),
    )
    return db.session.scalars(rows.order_by(Message.id).offset(offset).limit(max_rows)).all()
