"""Which messages of a blast a person may decide about, and what a resend comes to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.core.db import db
from app.delivery.models import Message
from app.domain.delivery.message_statuses import (
    RESENDABLE_STATUSES,
    UNCERTAIN_STATUSES,
    MessageStatus,
)
from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS, SkipReason
from app.suppression.queries.sending_permission import select_suppression_reason

# Where somebody was erased, a mark stands in place of the number: nothing is sent to it or
# asked about it.
_PHONE_NOT_ERASED = Message.phone.startswith("+")


def build_blast_messages_filter(log_id: int, message_ids: Sequence[int]) -> ColumnElement[bool]:
    """For any where: these rows, as far as they belong to this blast.

    However many they are, it is one parameter.
    """
    wanted = func.json_each(json.dumps(list(message_ids))).table_valued("value")
    return and_(
        Message.message_log_id == log_id,
        Message.id.in_(select(wanted.c.value)),
        _PHONE_NOT_ERASED,
    )


def build_resendable_filter(log_id: int, message_ids: Sequence[int]) -> ColumnElement[bool]:
    """For any where: those of these rows of a blast that a person may send again, whoever has
    said STOP since.
    """
    return and_(
        build_blast_messages_filter(log_id, message_ids),
        or_(
            Message.status.in_(RESENDABLE_STATUSES),
            *map(_build_skipped_filter, REVERSIBLE_SKIP_REASONS),
        ),
    )


def _build_skipped_filter(reason: str) -> ColumnElement[bool]:
    return and_(Message.status == MessageStatus.SKIPPED, Message.reason == str(reason))


def _build_actionable_filter(log_id: int, state: str) -> ColumnElement[bool]:
    """The rows of a blast that a person may decide about at once: those of one state that
    nobody has left as it is.
    """
    which = (
        _build_skipped_filter(state)
        if state in REVERSIBLE_SKIP_REASONS
        else Message.status == state
    )
    if state in UNCERTAIN_STATUSES:
        which = and_(which, Message.left_at.is_(None))
    return and_(Message.message_log_id == log_id, which, _PHONE_NOT_ERASED)


def list_actionable_message_ids(log_id: int, state: str) -> list[int]:
    """Their ids.

    `state`: a state that may be sent again, `country_off` or `maybe_stop`; any other word:
    nobody.
    """
    if state not in (*RESENDABLE_STATUSES, *REVERSIBLE_SKIP_REASONS):
        return []
    return list(
        db.session.scalars(
            select(Message.id).where(_build_actionable_filter(log_id, state)).order_by(Message.id)
        )
    )


def count_actionable_messages(log_id: int, state: str) -> int:
    """How many they are."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Message).where(_build_actionable_filter(log_id, state))
        )
        or 0
    )


@dataclass(frozen=True)
class ResendPreview:
    """Some texts sent again, in numbers.

    `unsure` of these people may get it twice; `left_out`: why who stays out.
    """

    people: int = 0
    segments: int = 0
    possible_duplicates: int = 0
    skipped_by_reason: dict[SkipReason, int] = field(default_factory=dict)


def preview_resend(log_id: int, message_ids: Sequence[int]) -> ResendPreview:
    """What sending these rows of a blast again would come to at this moment."""
    why = select_suppression_reason(Message.phone)
    numbers = (
        select(
            why,
            func.count(),
            func.sum(Message.segments),
            func.count().filter(Message.status == MessageStatus.UNKNOWN),
        )
        .select_from(Message)
        .where(build_resendable_filter(log_id, message_ids))
        .group_by(why)
    )
    found = {row[0]: row for row in db.session.execute(numbers)}
    _, people, parts, unsure = found.pop(None, (None, 0, 0, 0))
    return ResendPreview(
        people,
        parts,
        unsure,
        {SkipReason(reason): row[1] for reason, row in found.items()},
    )


def list_resendable_messages(
    log_id: int, message_ids: Sequence[int], offset: int, most: int
) -> Sequence[Message]:
    """Some of those who would get their text again, in the order of the blast."""
    rows = select(Message).where(
        build_resendable_filter(log_id, message_ids),
        select_suppression_reason(Message.phone).is_(None),
    )
    return db.session.scalars(rows.order_by(Message.id).offset(offset).limit(most)).all()
