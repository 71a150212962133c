"""Skipping what must not leave when it is claimed. Inside write()."""

from sqlalchemy import select

from app.core.db import db
from app.delivery.actions import blast_control
from app.delivery.actions.number_fallback import restore_first_text, text_skipped_number
from app.delivery.models import Message
from app.delivery.sql.queued_messages import SKIP_QUEUED_MESSAGE
from app.domain.delivery.message_statuses import MessageStatus
from app.domain.delivery.second_numbers import PERSONAL_SKIP_REASONS
from app.domain.delivery.skip_reasons import SkipReason
from app.profiles.queries.other_phones import list_other_phones

# They concern one text, and none of the others to its number.
OWN_REASONS = (
    SkipReason.NO_CONSENT,
    SkipReason.LEFT_TOPIC,
    SkipReason.OTHER_NUMBER,
    SkipReason.DAY_LIMIT,
    SkipReason.WEEK_LIMIT,
)


def skip_unsendable_message(message_id: int, phone: str, reason: SkipReason) -> None:
    """Skip a message, and with it whatever else waits for its number and the same reason.

    A missing consent and a topic that they left concern this message only: another may answer what
    they have asked, or be about an event that they agreed to. So does a text that they have got at
    another number, and a limit of texts: a reminder is sent all the same.
    """
    if reason in OWN_REASONS:
        SKIP_QUEUED_MESSAGE.execute(b_id=message_id, skip_reason=reason.value)
        if reason is SkipReason.OTHER_NUMBER:
            restore_first_text(message_id)
        elif reason not in PERSONAL_SKIP_REASONS:
            text_skipped_number(message_id)
    elif reason in PERSONAL_SKIP_REASONS:
        blast_control.skip_queued_messages(phone, reason)
    else:
        skip_texts_to_number(phone, reason)


def skip_texts_to_number(phone: str, reason: SkipReason) -> None:
    """Skip what waits for a number that cannot be texted; the person's others still can.

    A row of theirs that was skipped for the sake of this number is texted instead.
    """
    message_ids = _list_blast_texts(phone) if list_other_phones(phone) else []
    blast_control.skip_queued_messages(phone, reason)
    for message_id in message_ids:
        text_skipped_number(message_id)


def _list_blast_texts(phone: str) -> list[int]:
    """Return the ids of the texts of blasts that wait for a number."""
    statement = select(Message.id).where(
        Message.phone == phone,
        Message.status == MessageStatus.QUEUED,
        Message.message_log_id.is_not(None),
    )
    return list(db.session.scalars(statement))
