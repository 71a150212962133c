"""Give texts from the carrier's list to the rows that they came from, after a copy was put back.

Each row that is given its text here is not sent again. What is not certain becomes unknown.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, select, update

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.delivery.actions.message_prices import store_message_prices
from app.delivery.actions.message_status_updates import StatusUpdate, apply_status_update
from app.delivery.models import Message, messages
from app.delivery.queries.due_lookups import find_known_sids
from app.delivery.queries.installation import is_own_text
from app.delivery.sql import text_adoption as sql
from app.domain.delivery.installation_rules import ADOPTION_TOLERANCE, API_DIRECTION
from app.domain.delivery.lookup_matching import CarrierMessage, is_same_body
from app.domain.delivery.message_lookups import compute_first_lookup
from app.domain.delivery.message_statuses import (
    STATUS_BY_TWILIO_STATUS,
    UNCERTAIN_STATUSES,
    MessageDirection,
    MessageKind,
    MessageStatus,
    UnknownReason,
)
from app.domain.phones.phone_renumbering import canonicalize_phone
from app.domain.texts.segments import measure_segments
from app.sending_limits.actions.text_counting import count_adopted_text
from app.suppression.actions.erased_numbers import is_number_erased

ADOPTABLE_STATUSES = (MessageStatus.QUEUED, MessageStatus.SUBMITTING, *UNCERTAIN_STATUSES)
ADOPTED_WHY = "found in Twilio's list after the database was restored"
messages_c = messages.c


@dataclass(frozen=True)
class AdoptionCounts:
    """What became of listed texts: given to a row, in doubt between rows, or stored as new rows."""

    adopted: int = 0
    doubtful: int = 0
    stored: int = 0

    def __add__(self, other: "AdoptionCounts") -> "AdoptionCounts":
        return AdoptionCounts(
            self.adopted + other.adopted,
            self.doubtful + other.doubtful,
            self.stored + other.stored,
        )


class AdoptableRow(NamedTuple):
    """A row that may have sent a listed text."""

    id: int
    phone: str
    body: str
    status: MessageStatus
    attempt_count: int
    created_at: datetime
    segments: int


def adopt_listed_texts(
    carrier: str, listed: Sequence[CarrierMessage], clock_skew: timedelta, moment: datetime
) -> AdoptionCounts:
    """Adopt one page of the carrier's list, newest first. Idempotent. Inside write().

    `clock_skew`: how far the carrier's clock is ahead of ours.
    """
    texts = [text for text in listed if text.direction == API_DIRECTION]
    known_sids = find_known_sids(texts)
    texts = [text for text in texts if text.sid not in known_sids]
    # The carrier may list a number in another of its spellings than the one we gave.
    phones = [canonicalize_phone(text.to) for text in texts]
    rows_by_phone = _load_adoptable_rows(carrier, phones)
    counts = AdoptionCounts()
    for text, phone in zip(texts, phones, strict=True):
        rows = rows_by_phone.get(phone, [])
        counts += _adopt_text(carrier, text, rows, clock_skew, moment)
    store_message_prices(listed)
    return counts


def _load_adoptable_rows(carrier: str, phones: Sequence[str]) -> dict[str, list[AdoptableRow]]:
    """Return the rows of these phones that may have left, by phone, the newest first."""
    listed_phones = select(build_listed_column(phones))
    statement = (
        select(
            messages_c.id,
            messages_c.phone,
            messages_c.body,
            messages_c.status,
            messages_c.attempts,
            messages_c.created_at,
            messages_c.segments,
        )
        .where(
            messages_c.phone.in_(listed_phones),
            messages_c.carrier == carrier,
            messages_c.direction == MessageDirection.OUTBOUND,
            messages_c.status.in_(ADOPTABLE_STATUSES),
            messages_c.provider_sid.is_(None),
        )
        .order_by(messages_c.created_at.desc(), messages_c.id.desc())
    )
    rows: dict[str, list[AdoptableRow]] = {}
    for row in db.session.execute(statement):
        rows.setdefault(row.phone, []).append(AdoptableRow(*row))
    return rows


def _adopt_text(
    carrier: str,
    text: CarrierMessage,
    rows: list[AdoptableRow],
    clock_skew: timedelta,
    moment: datetime,
) -> AdoptionCounts:
    """Give a text to the newest row that it can be of; take that row out of `rows`."""
    candidates = [row for row in rows if _is_candidate(row, text, clock_skew)]
    if not candidates:
        return AdoptionCounts(stored=_store_unknown_text(carrier, text, clock_skew, moment))
    if not text.body and len(candidates) > 1:
        # The carrier no longer tells its words, so it may be of any of them.
        for row in candidates:
            rows.remove(row)
        count_adopted_text(carrier, max(row.segments for row in candidates), text.created_at)
        return AdoptionCounts(doubtful=_mark_doubtful(candidates, moment))
    rows.remove(candidates[0])
    _give_text_to_row(carrier, candidates[0], text, moment)
    return AdoptionCounts(adopted=1)


def _is_candidate(row: AdoptableRow, text: CarrierMessage, clock_skew: timedelta) -> bool:
    is_old_enough = row.created_at + clock_skew - ADOPTION_TOLERANCE <= text.created_at
    return is_old_enough and is_same_body(text.body, row.body)


def _give_text_to_row(
    carrier: str, row: AdoptableRow, text: CarrierMessage, moment: datetime
) -> None:
    """Store the text as what this row sent, as if its answer had just come."""
    attempt_id, number = None, row.attempt_count
    if number:
        attempt_id = sql.SELECT_OPEN_ATTEMPT.fetch_value(message_id=row.id)
    if attempt_id is None:
        number = row.attempt_count + 1
        attempt_id = _create_attempt(row.id, number, text)
        # The newer database counted it, this one did not.
        count_adopted_text(carrier, row.segments, text.created_at)
    status = STATUS_BY_TWILIO_STATUS.get(text.status, MessageStatus.ACCEPTED)
    if status is MessageStatus.RECEIVED:
        status = MessageStatus.ACCEPTED
    news = StatusUpdate(
        row.id,
        attempt_id,
        status,
        "delivery",
        sid=text.sid,
        code=text.error_code,
        attempt_number=number,
    )
    apply_status_update(news, moment)


def _create_attempt(message_id: int, number: int, text: CarrierMessage) -> int:
    """Store the attempt that the newer database had, and mark the row as handed over."""
    attempt_id = sql.INSERT_ADOPTED_ATTEMPT.insert_row(
        message_id=message_id,
        number=number,
        ref=secrets.token_hex(16),
        moment=text.created_at,
        why=ADOPTED_WHY,
    )
    sql.MARK_HANDED_OVER.execute(message_id=message_id, number=number, moment=text.created_at)
    return attempt_id


def _mark_doubtful(rows: Sequence[AdoptableRow], moment: datetime) -> int:
    """Leave rows of which one has left to a person: none is sent again by itself."""
    ids = [row.id for row in rows if row.status == MessageStatus.QUEUED]
    db.session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(
            status=MessageStatus.UNKNOWN,
            held_until=None,
            held_why=None,
            reason=UnknownReason.PUT_BACK.value,
            look_up_at=compute_first_lookup(MessageStatus.UNKNOWN, moment),
        )
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def _store_unknown_text(
    carrier: str, text: CarrierMessage, clock_skew: timedelta, moment: datetime
) -> int:
    """Store a text of ours that belongs to no row, so that its conversation shows it; else 0."""
    if not is_own_text(text) or not text.to.startswith("+"):
        return 0
    # Their number and words must not come back, not even as a text that we sent.
    if is_number_erased(canonicalize_phone(text.to)):
        return 0
    size = measure_segments(text.body)
    status = STATUS_BY_TWILIO_STATUS.get(text.status, MessageStatus.ACCEPTED)
    values = {
        "kind": MessageKind.REPLY,
        "phone": canonicalize_phone(text.to),
        "sender": next(iter(text.senders), ""),
        "carrier": carrier,
        "body": text.body,
        "status": status,
        "provider_sid": text.sid,
        "segments": size.segments,
        "encoding": size.encoding,
        "error_code": text.error_code,
        "created_at": text.created_at - clock_skew,
        "submitted_at": text.created_at - clock_skew,
        "look_up_at": compute_first_lookup(status, moment),
    }
    db.session.execute(insert(Message).values(values))
    count_adopted_text(carrier, size.segments, text.created_at)
    return 1
