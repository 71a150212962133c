"""Erasing a phone number from what the carrier called us with."""

from sqlalchemy import bindparam, func, or_, select, update

from app.core.db import db, execute_and_count_rows
from app.delivery.queries.phone_texts import select_message_ids, select_provider_sids
from app.domain.phones.phone_erasure import PhoneErasure
from app.webhooks.models import webhook_events

events_c = webhook_events.c


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Empty the callbacks of this number's texts and return how many, by table.

    Before the texts lose the number: they are found by it. Inside write().
    """
    statement = update(webhook_events).where(
        or_(
            events_c.message_id.in_(select_message_ids(erasure.phone)),
            events_c.provider_sid.in_(select_provider_sids(erasure.phone)),
        )
    )
    return {"webhook_events": execute_and_count_rows(statement.values(payload=None, error=None))}


def find_phone_mentions(phone: str) -> list[int]:
    """Return the ids of the callbacks whose content holds this number.

    Reads the callbacks of 30 days, which may take seconds: before write().
    """
    statement = select(events_c.id).where(func.instr(events_c.payload, phone) > 0)
    return list(db.session.scalars(statement))


def erase_phone_mentions(event_ids: list[int]) -> None:
    """Empty the callbacks with these ids. Inside write()."""
    if not event_ids:
        return
    statement = update(webhook_events).where(events_c.id == bindparam("b_id"))
    values = [{"b_id": event_id} for event_id in event_ids]
    db.session.connection().execute(statement.values(payload=None, error=None), values)
