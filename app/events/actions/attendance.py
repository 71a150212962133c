"""Mark who came to an event. Inside write()."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, update

from app.core.clock import now
from app.core.db import db
from app.domain.phones.named_phones import NamedPhone
from app.events.models import EventRegistration


def mark_attendance(
    event_id: int, conditions: Sequence[ColumnElement[bool]], *, has_come: bool
) -> list[NamedPhone]:
    """Mark the registrations of an event that fulfil these conditions as come, or as not.

    Returns (name, phone) of those whose mark changed; who was marked before keeps the time.
    """
    row = EventRegistration
    moment: Any = now() if has_come else None
    statement = (
        update(row)
        .where(row.event_id == event_id, row.attended_at.is_(None) == has_come, *conditions)
        .values(attended_at=moment)
        .returning(row.name, row.phone)
        .execution_options(synchronize_session=False)
    )
    return [(name, phone) for name, phone in db.session.execute(statement)]
