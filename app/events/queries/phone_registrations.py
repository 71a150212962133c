"""The registrations of one phone number."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from app.core.search_terms import list_case_variants
from app.events.models import Event, EventRegistration


def select_registration_records(phone: str, limit: int) -> Select[int, str | None, str, datetime]:
    """Select (event id, name, event title, created_at) of this number's newest registrations."""
    row = EventRegistration
    statement = select(Event.id, row.name, Event.title, row.created_at).join_from(row, Event)
    return statement.where(row.phone == phone).order_by(row.id.desc()).limit(limit)


def select_phones_registered_as(search: str) -> Select[str]:
    """Select the phones of the registrations whose name contains what was typed, in any case."""
    name = EventRegistration.name
    variants = [name.contains(variant, autoescape=True) for variant in list_case_variants(search)]
    return select(EventRegistration.phone).where(or_(*variants))
