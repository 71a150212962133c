"""Asking the carrier about texts nobody is sure of, or that have no receipt: what is due, and
what an answer means.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    update,
)

from app.core.db import db, execute_and_count_rows
from app.delivery.actions.message_status_updates import (
    StatusUpdate,
    apply_status_update,
)
from app.delivery.carriers.message_lookup_results import (
    MessageFetchResult,
    MessageListResult,
)
from app.delivery.models import attempts, messages
from app.domain.delivery.message_lookups import (
    STATUSES_TO_LOOK_UP,
    CarrierMessage,
    UncertainAttempt,
    compute_first_lookup,
    compute_next_lookup,
    find_status_without_news,
    match_carrier_messages,
)
from app.domain.delivery.message_statuses import (
    STATUS_BY_TWILIO_STATUS,
    UNCERTAIN_STATUSES,
    MessageDirection,
    MessageStatus,
)

OTHER_CARRIER_DELAY = timedelta(hours=1)
messages_c, attempts_c = messages.c, attempts.c
# A text that came in is asked about when it matters when it was written.
LOOKUP_STATUSES = [status.value for status in (*STATUSES_TO_LOOK_UP, MessageStatus.RECEIVED)]


@dataclass(frozen=True)
class PhoneStatusLookup:
    """What became of the texts to a phone that we never got an answer about?

    `since`: when the oldest one left.
    """

    phone: str
    since: datetime
    message_ids: tuple[int, ...]


@dataclass(frozen=True)
class MessageStatusLookup:
    """What became of a text that the carrier has taken?"""

    sid: str
    message_id: int

    @property
    def message_ids(self) -> tuple[int, ...]:
        """The rows it is about."""
        return (self.message_id,)


StatusLookup = PhoneStatusLookup | MessageStatusLookup

_MOMENT = bindparam("b_moment", type_=messages_c.look_up_at.type)
_IS_CARRIER = messages_c.carrier == bindparam("b_carrier")
_IS_ATTEMPT_OF_MESSAGE = attempts_c.message_id == messages_c.id
_IS_DUE = (
    messages_c.look_up_at <= _MOMENT,
    _IS_CARRIER,
    messages_c.status.in_(LOOKUP_STATUSES),
)
# the carrier's name for the text: that of the newest attempt, which a text in doubt has none of
_NEWEST_ATTEMPT_SID = (
    select(attempts_c.provider_sid)
    .where(_IS_ATTEMPT_OF_MESSAGE)
    .order_by(attempts_c.n.desc())
    .limit(1)
    .scalar_subquery()
)
_STORED_SID = case(
    (
        messages_c.status.not_in([status.value for status in UNCERTAIN_STATUSES]),
        messages_c.provider_sid,
    )
)
_SID = func.coalesce(_NEWEST_ATTEMPT_SID, _STORED_SID)
# not IS NULL: SQLite would walk along every nameless attempt there is
_HAS_NO_SID = func.coalesce(attempts_c.provider_sid, "") == ""
_IS_UNSURE_ATTEMPT = and_(
    _HAS_NO_SID,
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
# b_moment, b_carrier, b_most
SELECT_DUE_MESSAGES: Select[Any] = (
    select(
        messages_c.id,
        messages_c.phone,
        _SID.label("sid"),
        func.coalesce(_FIRST_UNSURE_START, messages_c.created_at).label("started_at"),
    )
    .where(*_IS_DUE)
    .order_by(messages_c.look_up_at)
    .limit(bindparam("b_most"))
)
# `since`: when the doubt began, or when the carrier took it
_SELECT_LOOKUP_STATE: Select[Any] = select(
    messages_c.id,
    messages_c.status,
    messages_c.lookups,
    func.coalesce(_LAST_ATTEMPT_END, messages_c.created_at).label("since"),
)
# b_id; b_phone, b_carrier, b_moment
SELECT_MESSAGE_BY_ID = _SELECT_LOOKUP_STATE.where(messages_c.id == bindparam("b_id"))
SELECT_DUE_OF_PHONE = _SELECT_LOOKUP_STATE.where(
    messages_c.phone == bindparam("b_phone"), _SID.is_(None), *_IS_DUE
)
# b_phone, b_carrier: every attempt whose text we have no name for, whatever became of the row
# meanwhile
SELECT_UNSURE_ATTEMPTS = (
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
        messages_c.phone == bindparam("b_phone"),
        _IS_CARRIER,
        messages_c.direction == MessageDirection.OUTBOUND.value,
        _IS_UNSURE_ATTEMPT,
    )
)
# b_sids: [sid, …] as JSON
SELECT_KNOWN_SIDS = text(
    "SELECT value FROM json_each(:b_sids) WHERE EXISTS (SELECT 1 FROM attempts WHERE provider_sid = value) "
    "OR EXISTS (SELECT 1 FROM messages WHERE provider_sid = value)"
)
SELECT_ATTEMPT_NUMBER_BY_SID = select(attempts_c.id, attempts_c.n).where(
    attempts_c.provider_sid == bindparam("b_sid")
)
# b_id, b_look, b_lookups
SET_NEXT_LOOKUP = (
    update(messages)
    .where(messages_c.id == bindparam("b_id"))
    .values(
        look_up_at=bindparam("b_look", type_=messages_c.look_up_at.type),
        lookups=bindparam("b_lookups"),
    )
)

# b_id, b_moment
SET_INBOUND_SENT_AT = (
    update(messages)
    .where(messages_c.id == bindparam("b_id"))
    .values(sent_at=_MOMENT, look_up_at=None)
)


def list_due_lookups(carrier: str, moment: datetime, most: int) -> list[StatusLookup]:
    """What to ask now, the longest due first: about at most `most` rows, those of one phone in
    one question.
    """
    rows = db.session.execute(
        SELECT_DUE_MESSAGES, {"b_moment": moment, "b_carrier": carrier, "b_most": most}
    ).all()
    by_phone: dict[str, list[Row[Any]]] = {}
    asked: list[StatusLookup] = []
    for row in rows:
        if row.sid:
            asked.append(MessageStatusLookup(row.sid, row.id))
        else:
            by_phone.setdefault(row.phone, []).append(row)
    for phone, those in by_phone.items():
        asked.append(
            PhoneStatusLookup(
                phone,
                min(row.started_at for row in those),
                tuple(row.id for row in those),
            )
        )
    return asked


def apply_message_list(
    carrier: str, phone: str, listing: MessageListResult, moment: datetime
) -> int:
    """Give the listed texts to the attempts they belong to. Says how many were found.

    What was due is looked up again at its next offset; what a whole list did not show at the
    last one was not sent.
    """
    asked = {"b_phone": phone, "b_carrier": carrier, "b_moment": moment}
    rows = db.session.execute(SELECT_DUE_OF_PHONE, asked).all()
    doubts = [
        UncertainAttempt(**row._mapping)
        for row in db.session.execute(SELECT_UNSURE_ATTEMPTS, asked)
    ]
    found = match_carrier_messages(
        doubts, listing.texts, _find_known_sids(listing.texts), listing.clock_skew
    )
    for doubt, listed in found.matched:
        apply_status_update(
            _build_status_update(doubt.message_id, doubt.attempt_id, doubt.number, listed),
            moment,
        )
    shown = {doubt.message_id for doubt in doubts} - {doubt.message_id for doubt in found.missing}
    for row in rows:
        _schedule_next_lookup(row, moment, certain=listing.is_complete and row.id not in shown)
    return len(found.matched)


def apply_fetched_message(message_id: int, fetched: MessageFetchResult, moment: datetime) -> None:
    """Settle a text by what the carrier says of it; without a receipt at the last offset it
    stays without one.

    Of a text that came in it is kept when it was written, on the carrier's clock.
    """
    row = db.session.execute(SELECT_MESSAGE_BY_ID, {"b_id": message_id}).first()
    if row is None:
        return
    if row.status == MessageStatus.RECEIVED:
        written = fetched.text.created_at if fetched.text else None
        db.session.execute(SET_INBOUND_SENT_AT, {"b_id": message_id, "b_moment": written})
        return
    if fetched.text:
        attempt = db.session.execute(
            SELECT_ATTEMPT_NUMBER_BY_SID, {"b_sid": fetched.text.sid}
        ).first()
        number = attempt.n if attempt else None
        apply_status_update(
            _build_status_update(message_id, attempt.id if attempt else None, number, fetched.text),
            moment,
        )
    _schedule_next_lookup(row, moment, certain=True)


def postpone_lookups(message_ids: Sequence[int], moment: datetime, seconds: float) -> None:
    """The carrier would not answer about these: that was no look-up, it is asked again after so
    many seconds.
    """
    ids = select(func.json_each(json.dumps(list(message_ids))).table_valued("value").c.value)
    later = {"look_up_at": moment + timedelta(seconds=seconds)}
    db.session.execute(
        update(messages)
        .where(messages_c.id.in_(ids), messages_c.look_up_at <= moment)
        .values(later)
    )


def postpone_other_carriers(carrier: str, moment: datetime) -> int:
    """Texts of a carrier that is not in use now would stand in front of those that are.

    Says how many.
    """
    others = update(messages).where(messages_c.look_up_at <= moment, messages_c.carrier != carrier)
    return execute_and_count_rows(others.values(look_up_at=moment + OTHER_CARRIER_DELAY))


def _find_known_sids(listed: Iterable[CarrierMessage]) -> set[str]:
    sids = json.dumps([each.sid for each in listed])
    return set(db.session.execute(SELECT_KNOWN_SIDS, {"b_sids": sids}).scalars())


def _build_status_update(
    message_id: int, attempt_id: int | None, number: int | None, listed: CarrierMessage
) -> StatusUpdate:
    status = STATUS_BY_TWILIO_STATUS.get(listed.status, MessageStatus.ACCEPTED)
    if status is MessageStatus.RECEIVED:
        status = MessageStatus.ACCEPTED
    return StatusUpdate(
        message_id,
        attempt_id,
        status,
        "delivery",
        sid=listed.sid,
        code=listed.error_code,
        attempt_number=number,
    )


def _schedule_next_lookup(before: Row[Any], moment: datetime, *, certain: bool) -> None:
    """When the row is looked up next, now that it was; `certain`: that nothing was found means
    something.
    """
    row = db.session.execute(SELECT_MESSAGE_BY_ID, {"b_id": before.id}).one()
    status = MessageStatus(row.status)
    if status not in STATUSES_TO_LOOK_UP:
        return
    ruled = find_status_without_news(status, row.since, moment) if certain else None
    if ruled:
        apply_status_update(StatusUpdate(row.id, None, ruled, "delivery"), moment)
    in_doubt = MessageStatus(before.status) in UNCERTAIN_STATUSES
    if in_doubt and status not in UNCERTAIN_STATUSES:
        look, lookups = compute_first_lookup(status, moment), 0
    else:
        look, lookups = (
            compute_next_lookup(ruled or status, row.since, moment),
            row.lookups + 1,
        )
    db.session.execute(SET_NEXT_LOOKUP, {"b_id": row.id, "b_look": look, "b_lookups": lookups})
