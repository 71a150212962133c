"""What the rule of a segment asks of conversations: who has written lately."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from app.inbox.models import Thread


def has_written_since(phone: Any, moment: datetime) -> ColumnElement[bool]:
    """Return the condition that a phone has texted us since a moment."""
    thread = aliased(Thread)
    written = select(thread.phone).where(thread.last_inbound_at >= moment)
    condition: ColumnElement[bool] = phone.in_(written)
    return condition
