"""What the rule of a segment asks of events: who is registered, and who came."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from app.events.models import Event, EventAnswer, EventRegistration


def exists_event(event_id: int) -> ColumnElement[bool]:
    """Return the condition that an event has not been deleted, for any select."""
    event = aliased(Event)
    return exists().where(event.id == event_id).correlate_except(event)


def is_registered(phone: Any, event_id: int) -> ColumnElement[bool]:
    """Return the condition that a phone is registered for an event."""
    return _has_registration(phone, event_id, aliased(EventRegistration))


def has_event_answer(phone: Any, event_id: int, answer: EventAnswer) -> ColumnElement[bool]:
    """Return the condition that a phone gave this answer; without one they count as coming."""
    row = aliased(EventRegistration)
    is_answer = row.answer == answer
    if answer is EventAnswer.COMING:
        is_answer = or_(is_answer, row.answer.is_(None))
    return _has_registration(phone, event_id, row, is_answer)


def has_attended(phone: Any, event_id: int, *, is_wanted: bool) -> ColumnElement[bool]:
    """Return the condition that a registered phone is marked as come, or is not marked."""
    row = aliased(EventRegistration)
    return _has_registration(phone, event_id, row, row.attended_at.is_not(None) == is_wanted)


def _has_registration(
    phone: Any, event_id: int, row: Any, *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    registered = select(row.phone).where(row.event_id == event_id, *conditions)
    condition: ColumnElement[bool] = phone.in_(registered)
    return condition


def select_registered_phones() -> Any:
    """Select the phones of everyone who is registered for an event."""
    return select(EventRegistration.phone)


def select_event_phones(event_id: int) -> Any:
    """Select the phones of everyone registered for one event, whatever they answered."""
    return select(EventRegistration.phone).where(EventRegistration.event_id == event_id).distinct()


def select_phones_at_events(event_ids: Iterable[int]) -> Any:
    """Select the phones of everyone registered for any of these events; for none, no phone."""
    return select(EventRegistration.phone).where(EventRegistration.event_id.in_(event_ids))


def select_invited_phones(event_id: int) -> Any:
    """Select the phones of an event's people, without those who are not coming."""
    is_invited = EventRegistration.answer.is_distinct_from(EventAnswer.NOT_COMING)
    return select_event_phones(event_id).where(is_invited)
