"""What waits for a number that a person has given up goes to their new one. Inside write()."""

from sqlalchemy import select, update

from app.core.db import db
from app.delivery.actions.number_fallback import NOT_HELD, set_message_values
from app.delivery.models import Message, messages
from app.delivery.queries.number_rows import NumberRow, find_number_row, load_text_values
from app.delivery.sql.step_texts import IS_STEP_TEXT
from app.domain.delivery.message_statuses import MessageKind, MessageStatus
from app.domain.delivery.skip_reasons import SkipReason

# Whose text it is, which a row takes over with the text itself.
OWNER_COLUMNS = ("person_id", "fallback_for_id")


def move_queued_texts(old_phone: str, new_phone: str) -> None:
    """Let the texts of blasts and sequences that wait for a number leave to the new one.

    In the transaction of the change, so that no crash comes between both. Whether the new number
    may be texted is judged when a text is claimed, as for every number. What was handed over stays
    as it is, and so do tests and answers, which are for the number that texted.
    """
    waiting = select(Message.id, Message.message_log_id).where(
        Message.phone == old_phone,
        Message.status == MessageStatus.QUEUED,
        Message.message_log_id.is_not(None),
        Message.kind != MessageKind.TEST,
    )
    of_sequences = update(messages).where(
        messages.c.phone == old_phone, messages.c.status == MessageStatus.QUEUED, IS_STEP_TEXT
    )
    db.session.execute(of_sequences.values(phone=new_phone))
    for message_id, log_id in db.session.execute(waiting).all():
        _move_text(message_id, find_number_row(log_id, new_phone), new_phone)
    # The statements wrote below the session.
    db.session.expire_all()


def _move_text(message_id: int, other: NumberRow | None, new_phone: str) -> None:
    """Give a text the new number; where its blast has a row of that already, one of them leaves."""
    if other is None:
        set_message_values(message_id, phone=new_phone, **NOT_HELD)
        return
    columns = [messages.c[name] for name in OWNER_COLUMNS]
    owner = db.session.execute(select(*columns).where(messages.c.id == message_id)).one()
    set_message_values(
        message_id,
        status=MessageStatus.SKIPPED,
        reason=SkipReason.OTHER_NUMBER,
        person_id=None,
        fallback_for_id=None,
    )
    # Skipped because the given up number was to get it: now it is the one that does.
    if other.is_other_number:
        values = NOT_HELD | {"status": MessageStatus.QUEUED, "reason": None}
        values |= dict(owner._mapping) | load_text_values(message_id)
        set_message_values(other.id, **values)
