"""What the carrier is to be asked about now, and the rows that its answer may belong to.

Ten questions a second at most, so these are ordinary Core statements.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select

from app.core.db import db
from app.delivery.engine_models import attempts
from app.delivery.models import messages
from app.domain.delivery.lookup_matching import CarrierMessage, UncertainAttempt
from app.domain.delivery.message_lookups import STATUSES_TO_LOOK_UP
from app.domain.delivery.message_statuses import (
    UNCERTAIN_STATUSES,
    MessageDirection,
    MessageStatus,
)

messages_c, attempts_c = messages.c, attempts.c
# A text that came in is asked about when it matters when it was written.
LOOKUP_STATUSES = (*STATUSES_TO_LOOK_UP, MessageStatus.RECEIVED)


@dataclass(frozen=True)
class PhoneStatusLookup:
    """The question what became of the texts to a phone that we never got an answer about.

    `since`: when the oldest of them left.
    """

    phone: str
    since: datetime
    message_ids: tuple[int, ...]


@dataclass(frozen=True)
class MessageStatusLookup:
    """The question what became of one text that the carrier has taken, and `since` when."""

    sid: str
    message_id: int
    since: datetime

    @property
    def message_ids(self) -> tuple[int, ...]:
        """The rows it is about."""
        return (self.message_id,)


StatusLookup = PhoneStatusLookup | MessageStatusLookup


class LookupState(NamedTuple):
    """How far the look-ups of a message have come.

    `since`: when the doubt began, or when the carrier took the message.
    """

    id: int
    status: MessageStatus
    lookups: int
    since: datetime


class _DueMessage(NamedTuple):
    id: int
    phone: str
    sid: str | None
    started_at: datetime


# The carrier has these, and only their receipt is missing: the others come before them.
_IS_URGENT = messages_c.status.not_in((MessageStatus.ACCEPTED, MessageStatus.SENT))
_IS_ATTEMPT_OF_MESSAGE = attempts_c.message_id == messages_c.id
_NEWEST_ATTEMPT_SID = (
    select(attempts_c.provider_sid)
    .where(_IS_ATTEMPT_OF_MESSAGE)
    .order_by(attempts_c.n.desc())
    .limit(1)
    .scalar_subquery()
)
# The row of a message in doubt may still have the sid of an attempt before the lost one.
_STORED_SID = case((messages_c.status.not_in(UNCERTAIN_STATUSES), messages_c.provider_sid))
_SID = func.coalesce(_NEWEST_ATTEMPT_SID, _STORED_SID)
# coalesce() and not IS NULL: with that SQLite would walk along every attempt that has no sid.
_IS_UNSURE_ATTEMPT = and_(
    func.coalesce(attempts_c.provider_sid, "") == "",
    or_(attempts_c.outcome.in_(("ambiguous", "lost")), attempts_c.outcome.is_(None)),
)
_FIRST_UNSURE_START = (
    select(func.min(attempts_c.started_at))
    .where(_IS_ATTEMPT_OF_MESSAGE, _IS_UNSURE_ATTEMPT)
    .scalar_subquery()
)
_LAST_ATTEMPT_END = (
    select(func.max(func.coalesce(attempts_c.ended_at, attempts_c.started_at)))
    .where(_IS_ATTEMPT_OF_MESSAGE)
    .scalar_subquery()
)
_SELECT_LOOKUP_STATE: Select[Any] = select(
    messages_c.id,
    messages_c.status,
    messages_c.lookups,
    func.coalesce(_LAST_ATTEMPT_END, messages_c.created_at),
)


def list_due_lookups(carrier: str, moment: datetime, max_rows: int) -> list[StatusLookup]:
    """Return what to ask at `moment` about at most `max_rows` messages.

    Doubts come first, and texts that came in whose order matters; then the receipts that have been
    missing longest. Messages of one phone without a sid are one question.
    """
    urgent = _list_due_messages(carrier, moment, max_rows, _IS_URGENT)
    other_lookups: list[_DueMessage] = []
    if len(urgent) < max_rows:
        other_lookups = _list_due_messages(
            carrier, moment, max_rows - len(urgent), not_(_IS_URGENT)
        )
    return [*_build_lookups(urgent), *_build_lookups(other_lookups)]


def _build_lookups(due: Sequence[_DueMessage]) -> list[StatusLookup]:
    lookups: list[StatusLookup] = []
    messages_by_phone: dict[str, list[_DueMessage]] = {}
    for message in due:
        if message.sid:
            lookups.append(MessageStatusLookup(message.sid, message.id, message.started_at))
        else:
            messages_by_phone.setdefault(message.phone, []).append(message)
    for phone, due_messages in messages_by_phone.items():
        since = min(message.started_at for message in due_messages)
        ids = tuple(message.id for message in due_messages)
        lookups.append(PhoneStatusLookup(phone, since, ids))
    return lookups


def _list_due_messages(
    carrier: str, moment: datetime, max_rows: int, condition: ColumnElement[bool]
) -> list[_DueMessage]:
    rows = (
        select(
            messages_c.id,
            messages_c.phone,
            _SID,
            func.coalesce(_FIRST_UNSURE_START, messages_c.created_at),
        )
        .where(*_build_due_filter(carrier, moment), condition)
        .order_by(messages_c.look_up_at)
        .limit(max_rows)
    )
    return list(starmap(_DueMessage, db.session.execute(rows)))


def _build_due_filter(carrier: str, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        messages_c.look_up_at <= moment,
        messages_c.carrier == carrier,
        messages_c.status.in_(LOOKUP_STATUSES),
    )


def list_due_states_of_phone(carrier: str, phone: str, moment: datetime) -> list[LookupState]:
    """Return the due messages to a phone that the carrier has given us no sid for."""
    rows = _SELECT_LOOKUP_STATE.where(
        messages_c.phone == phone, _SID.is_(None), *_build_due_filter(carrier, moment)
    )
    return list(starmap(LookupState, db.session.execute(rows)))


def find_lookup_state(message_id: int) -> LookupState | None:
    """Return the look-up state of a message, None when it does not exist."""
    row = db.session.execute(_SELECT_LOOKUP_STATE.where(messages_c.id == message_id)).first()
    return None if row is None else LookupState(*row)


def list_uncertain_attempts(carrier: str, phone: str) -> list[UncertainAttempt]:
    """Return every attempt to a phone whose text we have no sid for, whatever became of its
    message meanwhile.
    """
    rows = (
        select(
            attempts_c.id.label("attempt_id"),
            attempts_c.message_id,
            attempts_c.n.label("number"),
            messages_c.phone,
            messages_c.sender,
            messages_c.body,
            attempts_c.started_at,
            attempts_c.ended_at,
        )
        .join(messages, _IS_ATTEMPT_OF_MESSAGE)
        .where(
            messages_c.phone == phone,
            messages_c.carrier == carrier,
            messages_c.direction == MessageDirection.OUTBOUND,
            _IS_UNSURE_ATTEMPT,
        )
    )
    return [UncertainAttempt(**row._mapping) for row in db.session.execute(rows)]


def find_known_sids(listed: Sequence[CarrierMessage]) -> set[str]:
    """Return which of these sids belong to a message or an attempt already."""
    sids = json.dumps([message.sid for message in listed])
    sid = func.json_each(sids).table_valued("value").c.value
    is_of_attempt = select(attempts_c.id).where(attempts_c.provider_sid == sid).exists()
    is_of_message = select(messages_c.id).where(messages_c.provider_sid == sid).exists()
    return set(db.session.scalars(select(sid).where(or_(is_of_attempt, is_of_message))))
