"""Send a text of a blast to the person's next number when one refused it for good."""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import aliased

from app.core import failpoint
from app.core.clock import now
from app.core.db import db
from app.core.settings import current_settings
from app.delivery.actions.blast_control import reopen_blast
from app.delivery.models import Message, MessageLog, messages
from app.delivery.queries.number_rows import find_number_row, load_text_values
from app.delivery.sql.installation import SELECT_HOLD
from app.delivery.sql.other_texts import TAKEN_STATUSES
from app.delivery.sql.status_updates import UpdatedMessage
from app.domain.delivery.carrier_error_codes import CarrierErrorCode
from app.domain.delivery.message_statuses import (
    SUPERSEDED_REASON,
    BlastStatus,
    MessageDirection,
    MessageKind,
    MessageStatus,
)
from app.domain.delivery.second_numbers import (
    is_permanent_refusal,
    is_too_late_for_fallback,
)
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.delivery.skip_reasons import SkipReason
from app.profiles.queries.other_phones import find_person_id, list_fallback_phones
from app.suppression.queries.sending_permission import (
    find_event_suppression_reason,
    find_suppression_reason,
)

log = logging.getLogger(__name__)
# Whether it may leave at this hour is judged when it is claimed.
NOT_HELD: dict[str, Any] = {"held_until": None, "held_why": None}
REFUSED_STATUSES = (MessageStatus.FAILED, MessageStatus.UNDELIVERED)


def text_next_number(
    message: UpdatedMessage, error_code: CarrierErrorCode, *, is_dead: bool
) -> bool:
    """Queue a refused text of a blast for the person's next number; return whether there is one.

    Only after a refusal for good, and once: never where the person may have the text, has said
    STOP by any number, or the blast was stopped. `is_dead`: the number counts as invalid now.
    Inside write(), in the transaction of the refusal, so that no crash comes between both.
    """
    if message.message_log_id is None or not is_permanent_refusal(error_code, is_dead=is_dead):
        return False
    # Mostly nobody has a second number: then one statement says so.
    phones = list_fallback_phones(message.phone)
    if not phones:
        return False
    refused = _load_current(Message, message.id)
    blast = _load_current(MessageLog, message.message_log_id)
    moment = now()
    if not _may_send_again(refused, blast, moment) or _has_text(blast.id, phones):
        return False
    for phone in phones:
        if _find_skip_reason(phone, blast) or _was_sent_before_restore(phone, refused):
            continue
        if _queue_for_number(phone, refused, blast, moment):
            reopen_blast(blast.id)
            return True
    return False


def text_skipped_number(message_id: int) -> None:
    """Queue a text for the number that was skipped for the sake of this one, which may not get it.

    When two people are found to be one, or a number turns out invalid in another blast, the other
    number of the person waits no longer. Inside write(), in the transaction that skips the first.
    """
    skipped = _load_current(Message, message_id)
    if skipped.message_log_id is None or skipped.kind == MessageKind.TEST:
        return
    phones = list_fallback_phones(skipped.phone)
    if not phones:
        return
    blast = _load_current(MessageLog, skipped.message_log_id)
    if blast.status == BlastStatus.CANCELLED or _has_text(blast.id, phones):
        return
    for phone in phones:
        other = find_number_row(blast.id, phone)
        if other and other.is_other_number and not _find_skip_reason(phone, blast):
            person_id = find_person_id(phone)
            _take_person(blast.id, person_id)
            status = MessageStatus.QUEUED
            values = NOT_HELD | {"status": status, "reason": None, "person_id": person_id}
            # A row that was skipped when the blast was released has no text of its own.
            set_message_values(other.id, **values, **load_text_values(message_id))
            return


def _load_current(model: Any, row_id: int) -> Any:
    # The receipt's own statements wrote below the session.
    return db.session.get_one(model, row_id, populate_existing=True)


def _may_send_again(refused: Message, blast: MessageLog, moment: datetime) -> bool:
    """Whether the refused text is still wanted."""
    if blast.test_mode or blast.status == BlastStatus.CANCELLED:
        return False
    if refused.status not in REFUSED_STATUSES or refused.reason == SUPERSEDED_REASON:
        return False
    if blast.not_after and not compute_validity_seconds(blast.not_after, moment):
        return False
    # What was made for practice or for another account is never sent by this one. While a restored
    # database compares itself with the carrier, the next number may have its text already.
    is_off = blast.carrier != current_settings().carrier or SELECT_HOLD.fetch_value() is not None
    return not is_off and not is_too_late_for_fallback(refused.submitted_at, moment)


def _has_text(log_id: int, phones: list[str]) -> bool:
    """Whether the person gets the blast at one of these numbers, or may have got it."""
    statement = select(Message.id).where(
        Message.message_log_id == log_id,
        Message.phone.in_(phones),
        Message.status.in_((MessageStatus.QUEUED, *TAKEN_STATUSES)),
    )
    return db.session.scalar(statement.limit(1)) is not None


def _find_skip_reason(phone: str, blast: MessageLog) -> SkipReason | None:
    if blast.event_id is not None:
        return find_event_suppression_reason(phone, blast.event_id)
    return find_suppression_reason(phone)


def _was_sent_before_restore(phone: str, refused: Message) -> bool:
    """Whether the number has this text from a newer state of the database that was lost.

    Reconcile stores what it finds at the carrier and has no row here as a single text.
    """
    statement = select(Message.id).where(
        Message.phone == phone,
        Message.direction == MessageDirection.OUTBOUND,
        Message.kind == MessageKind.REPLY,
        Message.written_by.is_(None),
        Message.body.in_((refused.body, "")),
        Message.created_at >= refused.created_at,
    )
    return db.session.scalar(statement.limit(1)) is not None


def _queue_for_number(
    phone: str,
    refused: Message,
    blast: MessageLog,
    moment: datetime,
) -> bool:
    """Queue the text for this number; False when the blast has tried it already.

    A number that was skipped because the other one got the text has a row, which is queued now.
    """
    existing = find_number_row(blast.id, phone)
    if existing and not existing.is_other_number:
        return False
    person_id = find_person_id(phone)
    _supersede(refused.id, blast.id, person_id)
    failpoint.crash_if_armed("T5")
    values = {
        **load_text_values(refused.id),
        "sender": current_settings().sender,
        "status": MessageStatus.QUEUED,
        "reason": None,
        "created_at": moment,
        "person_id": person_id,
        "fallback_for_id": refused.id,
    } | NOT_HELD
    if existing is None:
        fixed = {
            "kind": refused.kind,
            "carrier": refused.carrier,
            "message_log_id": blast.id,
            "phone": phone,
        }
        db.session.execute(insert(messages).values(values | fixed))
    else:
        set_message_values(existing.id, **values)
        # The skipped row was one more of the audience; now both are one person.
        _count_one_less(blast.id)
    log.info("text %s of blast %s follows to another number", refused.id, blast.id)
    return True


def _supersede(message_id: int, log_id: int, person_id: int | None) -> None:
    """Take the refused text out of the counts of its blast: its person is counted once."""
    _take_person(log_id, person_id)
    set_message_values(message_id, reason=SUPERSEDED_REASON)


def _take_person(log_id: int, person_id: int | None) -> None:
    """Let no row of a blast hold the person, so that another one can."""
    db.session.execute(
        update(messages)
        .where(messages.c.person_id == person_id, messages.c.message_log_id == log_id)
        .values(person_id=None)
    )


def _count_one_less(log_id: int) -> None:
    db.session.execute(
        update(MessageLog)
        .where(MessageLog.id == log_id)
        .values(total_recipients=MessageLog.total_recipients - 1)
        .execution_options(synchronize_session=False)
    )


def restore_first_text(message_id: int) -> None:
    """Count the first text again where the one that follows it need not leave. Inside write().

    A receipt may say that a text arrived after one that said it did not.
    """
    first = aliased(Message)
    pair = db.session.execute(
        select(first.id, first.fallback_for_id)
        .join(Message, Message.fallback_for_id == first.id)
        .where(Message.id == message_id)
    ).first()
    if pair is None:
        return
    # The second stands behind the first now; what the first stood in for, behind the second.
    set_message_values(message_id, reason=SUPERSEDED_REASON, fallback_for_id=None)
    set_message_values(pair.id, reason=None, fallback_for_id=message_id)
    set_message_values(message_id, fallback_for_id=pair.fallback_for_id)


def set_message_values(message_id: int, **values: Any) -> None:
    """Set columns of one text. It writes below the session: a loaded text is not refreshed."""
    db.session.execute(update(messages).where(messages.c.id == message_id).values(values))
