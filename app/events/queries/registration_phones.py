"""The phones of an event's people, for actions on some of them or on all that a filter matches."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from app.events.models import EventAnswer, EventRegistration
from app.events.queries.registrations import build_registration_conditions


def select_registration_phones(event_id: int, registration_ids: Sequence[int]) -> Select[str]:
    """Select the phones of these registrations of an event."""
    row = EventRegistration
    return select(row.phone).where(row.event_id == event_id, row.id.in_(registration_ids))


def select_matching_registration_phones(
    event_id: int, search: str, region: str, answer: EventAnswer | None
) -> Select[str]:
    """Select the phones of all who are in an event's list with this search and this answer."""
    conditions = build_registration_conditions(event_id, search, region, answer)
    return select(EventRegistration.phone).where(*conditions)
