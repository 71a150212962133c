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
from app.delivery.actions.settle import Evidence, settle
from app.delivery.carriers.reading import Fetched, Listing
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

OTHER_CARRIER_AGAIN = timedelta(hours=1)
texts, tries = messages.c, attempts.c
# A text that came in is asked about when it matters when it was written.
STATES = [status.value for status in (*STATUSES_TO_LOOK_UP, MessageStatus.RECEIVED)]


@dataclass(frozen=True)
class AboutPhone:
    """What became of the texts to a phone that we never got an answer about?

    `since`: when the oldest one left.
    """

    phone: str
    since: datetime
    message_ids: tuple[int, ...]


@dataclass(frozen=True)
class AboutText:
    """What became of a text that the carrier has taken?"""

    sid: str
    message_id: int

    @property
    def message_ids(self) -> tuple[int, ...]:
        """The rows it is about."""
        return (self.message_id,)


Question = AboutPhone | AboutText

_MOMENT = bindparam("b_moment", type_=texts.look_up_at.type)
_CARRIER = texts.carrier == bindparam("b_carrier")
_OF_ROW = tries.message_id == texts.id
_DUE = (texts.look_up_at <= _MOMENT, _CARRIER, texts.status.in_(STATES))
# the carrier's name for the text: that of the newest attempt, which a text in doubt has none of
_NEWEST = (
    select(tries.provider_sid)
    .where(_OF_ROW)
    .order_by(tries.n.desc())
    .limit(1)
    .scalar_subquery()
)
_KEPT = case(
    (
        texts.status.not_in([status.value for status in UNCERTAIN_STATUSES]),
        texts.provider_sid,
    )
)
_NAME = func.coalesce(_NEWEST, _KEPT)
# not IS NULL: SQLite would walk along every nameless attempt there is
_NAMELESS = func.coalesce(tries.provider_sid, "") == ""
_UNSURE = and_(
    _NAMELESS, or_(tries.outcome.in_(("ambiguous", "lost")), tries.outcome.is_(None))
)
_STARTED = select(func.min(tries.started_at)).where(_OF_ROW, _UNSURE).scalar_subquery()
_ENDED = (
    select(func.max(func.coalesce(tries.ended_at, tries.started_at)))
    .where(_OF_ROW)
    .scalar_subquery()
)
# b_moment, b_carrier, b_most
DUE: Select[Any] = (
    select(
        texts.id,
        texts.phone,
        _NAME.label("sid"),
        func.coalesce(_STARTED, texts.created_at).label("started_at"),
    )
    .where(*_DUE)
    .order_by(texts.look_up_at)
    .limit(bindparam("b_most"))
)
# `since`: when the doubt began, or when the carrier took it
_ROW: Select[Any] = select(
    texts.id,
    texts.status,
    texts.lookups,
    func.coalesce(_ENDED, texts.created_at).label("since"),
)
# b_id; b_phone, b_carrier, b_moment
ONE = _ROW.where(texts.id == bindparam("b_id"))
DUE_OF_PHONE = _ROW.where(texts.phone == bindparam("b_phone"), _NAME.is_(None), *_DUE)
# b_phone, b_carrier: every attempt whose text we have no name for, whatever became of the row
# meanwhile
DOUBTS = (
    select(
        tries.id.label("attempt_id"),
        tries.message_id,
        tries.n.label("number"),
        texts.phone,
        texts.sender,
        texts.body,
        tries.started_at,
        tries.ended_at,
    )
    .join(messages, _OF_ROW)
    .where(
        texts.phone == bindparam("b_phone"),
        _CARRIER,
        texts.direction == MessageDirection.OUTBOUND.value,
        _UNSURE,
    )
)
# b_sids: [sid, …] as JSON
KNOWN = text(
    "SELECT value FROM json_each(:b_sids) WHERE EXISTS (SELECT 1 FROM attempts WHERE provider_sid = value) "
    "OR EXISTS (SELECT 1 FROM messages WHERE provider_sid = value)"
)
BY_SID = select(tries.id, tries.n).where(tries.provider_sid == bindparam("b_sid"))
# b_id, b_look, b_lookups
LOOKED = (
    update(messages)
    .where(texts.id == bindparam("b_id"))
    .values(
        look_up_at=bindparam("b_look", type_=texts.look_up_at.type),
        lookups=bindparam("b_lookups"),
    )
)

# b_id, b_moment
WRITTEN = (
    update(messages)
    .where(texts.id == bindparam("b_id"))
    .values(sent_at=_MOMENT, look_up_at=None)
)


def due(carrier: str, moment: datetime, most: int) -> list[Question]:
    """What to ask now, the longest due first: about at most `most` rows, those of one phone in
    one question.
    """
    rows = db.session.execute(
        DUE, {"b_moment": moment, "b_carrier": carrier, "b_most": most}
    ).all()
    by_phone: dict[str, list[Row[Any]]] = {}
    asked: list[Question] = []
    for row in rows:
        if row.sid:
            asked.append(AboutText(row.sid, row.id))
        else:
            by_phone.setdefault(row.phone, []).append(row)
    for phone, those in by_phone.items():
        asked.append(
            AboutPhone(
                phone,
                min(row.started_at for row in those),
                tuple(row.id for row in those),
            )
        )
    return asked


def learn_from_list(
    carrier: str, phone: str, listing: Listing, moment: datetime
) -> int:
    """Give the listed texts to the attempts they belong to. Says how many were found.

    What was due is looked up again at its next offset; what a whole list did not show at the
    last one was not sent.
    """
    asked = {"b_phone": phone, "b_carrier": carrier, "b_moment": moment}
    rows = db.session.execute(DUE_OF_PHONE, asked).all()
    doubts = [
        UncertainAttempt(**row._mapping) for row in db.session.execute(DOUBTS, asked)
    ]
    found = match_carrier_messages(
        doubts, listing.texts, _known(listing.texts), listing.skew
    )
    for doubt, listed in found.found:
        settle(
            _evidence(doubt.message_id, doubt.attempt_id, doubt.number, listed), moment
        )
    shown = {doubt.message_id for doubt in doubts} - {
        doubt.message_id for doubt in found.missing
    }
    for row in rows:
        _go_on(row, moment, certain=listing.complete and row.id not in shown)
    return len(found.found)


def learn_from_text(message_id: int, fetched: Fetched, moment: datetime) -> None:
    """Settle a text by what the carrier says of it; without a receipt at the last offset it
    stays without one.

    Of a text that came in it is kept when it was written, on the carrier's clock.
    """
    row = db.session.execute(ONE, {"b_id": message_id}).first()
    if row is None:
        return
    if row.status == MessageStatus.RECEIVED:
        written = fetched.text.created_at if fetched.text else None
        db.session.execute(WRITTEN, {"b_id": message_id, "b_moment": written})
        return
    if fetched.text:
        attempt = db.session.execute(BY_SID, {"b_sid": fetched.text.sid}).first()
        number = attempt.n if attempt else None
        settle(
            _evidence(
                message_id, attempt.id if attempt else None, number, fetched.text
            ),
            moment,
        )
    _go_on(row, moment, certain=True)


def put_off(message_ids: Sequence[int], moment: datetime, seconds: float) -> None:
    """The carrier would not answer about these: that was no look-up, it is asked again after so
    many seconds.
    """
    ids = select(
        func.json_each(json.dumps(list(message_ids))).table_valued("value").c.value
    )
    later = {"look_up_at": moment + timedelta(seconds=seconds)}
    db.session.execute(
        update(messages)
        .where(texts.id.in_(ids), texts.look_up_at <= moment)
        .values(later)
    )


def put_other_carriers_off(carrier: str, moment: datetime) -> int:
    """Texts of a carrier that is not in use now would stand in front of those that are.

    Says how many.
    """
    others = update(messages).where(
        texts.look_up_at <= moment, texts.carrier != carrier
    )
    return execute_and_count_rows(
        others.values(look_up_at=moment + OTHER_CARRIER_AGAIN)
    )


def _known(listed: Iterable[CarrierMessage]) -> set[str]:
    sids = json.dumps([each.sid for each in listed])
    return set(db.session.execute(KNOWN, {"b_sids": sids}).scalars())


def _evidence(
    message_id: int, attempt_id: int | None, number: int | None, listed: CarrierMessage
) -> Evidence:
    status = STATUS_BY_TWILIO_STATUS.get(listed.status, MessageStatus.ACCEPTED)
    if status is MessageStatus.RECEIVED:
        status = MessageStatus.ACCEPTED
    return Evidence(
        message_id,
        attempt_id,
        status,
        "delivery",
        sid=listed.sid,
        code=listed.error_code,
        attempt_n=number,
    )


def _go_on(before: Row[Any], moment: datetime, *, certain: bool) -> None:
    """When the row is looked up next, now that it was; `certain`: that nothing was found means
    something.
    """
    row = db.session.execute(ONE, {"b_id": before.id}).one()
    status = MessageStatus(row.status)
    if status not in STATUSES_TO_LOOK_UP:
        return
    ruled = find_status_without_news(status, row.since, moment) if certain else None
    if ruled:
        settle(Evidence(row.id, None, ruled, "delivery"), moment)
    in_doubt = MessageStatus(before.status) in UNCERTAIN_STATUSES
    if in_doubt and status not in UNCERTAIN_STATUSES:
        look, lookups = compute_first_lookup(status, moment), 0
    else:
        look, lookups = (
            compute_next_lookup(ruled or status, row.since, moment),
            row.lookups + 1,
        )
    db.session.execute(LOOKED, {"b_id": row.id, "b_look": look, "b_lookups": lookups})
