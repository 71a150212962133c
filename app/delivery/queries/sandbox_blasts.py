"""Blasts over the sandbox, and which of their phones can reply."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.delivery.carriers.sandbox_phone_storage import select_silent_phones
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import ACCEPTED_STATUSES

SANDBOX_CARRIER = "sandbox"
MAX_BLAST_CHOICES = 10


def list_latest_sandbox_blasts() -> Sequence[MessageLog]:
    """Return the last blasts to anybody over the sandbox, the newest first."""
    statement = select(MessageLog).where(
        MessageLog.carrier == SANDBOX_CARRIER, MessageLog.total_recipients > 0
    )
    newest = statement.order_by(MessageLog.id.desc()).limit(MAX_BLAST_CHOICES)
    return db.session.scalars(newest).all()


def list_phones_able_to_reply(log_id: int) -> list[str]:
    """Return the phones that have this blast by now and can write.

    A phone that is switched off, and a landline, cannot. An erased number is no phone.
    """
    statement = select(Message.phone).where(
        Message.message_log_id == log_id,
        Message.status.in_(ACCEPTED_STATUSES),
        Message.phone.not_in(select_silent_phones()),
        Message.phone.startswith("+"),
    )
    return list(db.session.scalars(statement))
