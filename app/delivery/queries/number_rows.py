"""The row that a blast has for one number."""

from typing import NamedTuple

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import Message
from app.domain.delivery.message_statuses import MessageStatus
from app.domain.delivery.skip_reasons import SkipReason


class NumberRow(NamedTuple):
    """A text of a blast: its id, what became of it, and why."""

    id: int
    status: MessageStatus
    reason: str | None

    @property
    def is_other_number(self) -> bool:
        """Whether it was skipped because another number of its person got the text."""
        return self.status is MessageStatus.SKIPPED and self.reason == SkipReason.OTHER_NUMBER


def find_number_row(log_id: int | None, phone: str) -> NumberRow | None:
    """Return the row of a blast for this number, None for none."""
    statement = select(Message.id, Message.status, Message.reason)
    row = db.session.execute(
        statement.where(Message.message_log_id == log_id, Message.phone == phone)
    ).first()
    return NumberRow(*row) if row else None
