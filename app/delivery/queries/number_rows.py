"""The row that a blast has for one number."""

from typing import Any, NamedTuple

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import Message, messages
from app.domain.delivery.message_statuses import MessageStatus
from app.domain.delivery.skip_reasons import SkipReason

# What a row says to whom: a number that is texted in the place of another takes it over.
TEXT_COLUMNS = (
    "name",
    "body",
    "segments",
    "encoding",
    "language",
    "is_introduction",
    "template_version_id",
)


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


def load_text_values(message_id: int) -> dict[str, Any]:
    """Return the TEXT_COLUMNS of a row as they are now."""
    columns = [messages.c[name] for name in TEXT_COLUMNS]
    row = db.session.execute(select(*columns).where(messages.c.id == message_id)).one()
    return dict(row._mapping)
