"""The registrations of one phone number."""

from datetime import datetime

from sqlalchemy import Select, select

from app.core.search_terms import build_text_filter
from app.events.models import Event, EventRegistration


def select_registration_records(phone: str, limit: int) -> Select[int, str | None, str, datetime]:
    """Select (event id, name, event title, created_at) of this number's newest registrations."""
    row = EventRegistration
    statement = select(Event.id, row.name, Event.title, row.created_at).join_from(row, Event)
    return statement.where(row.phone == phone).order_by(row.id.desc()).limit(limit)


def select_phones_registered_as(search: str) -> Select[str]:
    """Select the phones of the registrations whose name has every word that was typed."""
    has_words = build_text_filter(search, EventRegistration.name)
    return select(EventRegistration.phone).where(has_words)
