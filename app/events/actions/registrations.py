"""Write registrations.

That a number is registered once for an event is decided by the database (UniqueViolation).
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from app.core.clock import now
from app.core.db import NotFound, db, execute_and_count_rows
from app.delivery.actions import blast_control
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.named_phones import NamedPhone
from app.events.actions.events import get_event_for_update
from app.events.models import EventAnswer, EventRegistration
from app.events.sql import (
    INSERT_REGISTRATION,
    SELECT_EVENT_ID,
    UPDATE_ANSWER,
    UPDATE_MISSING_NAME,
    UPDATE_NAME,
)
from app.suppression.actions import erased_numbers
from app.suppression.actions.consent_events import (
    build_event_scope,
    grant_consent,
    grant_missing_consent,
)
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.models import ConsentMethod


def create_registration(event_id: int, name: str | None, phone: str) -> EventRegistration:
    """Register somebody. Raises NotFound, or UniqueViolation for a number that is registered."""
    event = get_event_for_update(event_id)
    row = EventRegistration(event_id=event.id, name=name, phone=phone)
    db.session.add(row)
    db.session.flush()
    return row


def move_registrations(old_phone: str, new_phone: str) -> None:
    """Let a person be registered by their new number for what the old one was. Inside write().

    Where the new number is registered already, that registration stays, with the answer of the
    other one if it has none: whoever is not coming gets no reminders. The other one goes.
    """
    row, old = EventRegistration, aliased(EventRegistration)
    answered = update(row).where(
        row.phone == new_phone,
        row.answer.is_(None),
        old.phone == old_phone,
        old.event_id == row.event_id,
        old.answer.is_not(None),
    )
    _execute(answered.values(answer=old.answer, guests=old.guests))
    new_events = select(row.event_id).where(row.phone == new_phone)
    moved = update(row).where(row.phone == old_phone, row.event_id.not_in(new_events))
    left = delete(row).where(row.phone == old_phone)
    for statement in (moved.values(phone=new_phone), left):
        _execute(statement)


def _execute(statement: Any) -> None:
    execute_and_count_rows(statement.execution_options(synchronize_session=False))


def grant_registration_consent(row: EventRegistration, method: ConsentMethod, actor: str) -> bool:
    """Record that somebody who was registered by hand agreed to texts about the event.

    Returns False for somebody who has opted out: that stands. Inside write().
    """
    evidence = f"Registered by {actor}"
    return grant_consent(row.phone, method, evidence, actor, build_event_scope(row.event_id))


def register_for_event_by_text(
    event_id: int,
    name: str | None,
    phone: str,
    *,
    is_own_name: bool = False,
    evidence: str | None = None,
) -> bool:
    """Register a number that texted, and return whether it is new. Raises NotFound.

    With `evidence`, what they texted, their consent to texts about this event is recorded.
    A registration without a name gets this one. One that has a name keeps it, unless
    `is_own_name`: the person gave this name in the text.
    """
    if SELECT_EVENT_ID.fetch_value(b_event=event_id) is None:
        raise NotFound
    # ON CONFLICT DO NOTHING: a second text of the same person is no error.
    inserted_count = INSERT_REGISTRATION.execute(
        event_id=event_id, name=name, phone=phone, created_at=now()
    )
    if inserted_count:
        # Somebody who was erased after a STOP and comes back is still opted out.
        erased_numbers.restore_erased_opt_outs([phone])
    elif name:
        statement = UPDATE_NAME if is_own_name else UPDATE_MISSING_NAME
        statement.execute(b_event=event_id, b_phone=phone, b_name=name)
    if evidence is not None:
        scope = build_event_scope(event_id)
        grant_missing_consent(phone, ConsentMethod.KEYWORD, evidence, None, scope)
    return bool(inserted_count)


def record_survey_answer(
    event_id: int, phone: str, answer: EventAnswer, guests: int | None
) -> None:
    """Store what a registered person answered to a survey of the event. Inside write().

    Whoever is not registered stays so.
    """
    UPDATE_ANSWER.execute(b_event=event_id, b_phone=phone, b_answer=answer, b_guests=guests)


def set_registration_answer(
    event_id: int, registration_id: int, answer: EventAnswer | None, guests: int | None
) -> EventRegistration:
    """Store whether a person is coming, and with how many guests. Raises NotFound."""
    row = get_registration_for_update(event_id, registration_id)
    row.answer = answer
    row.guests = None if answer is EventAnswer.NOT_COMING else guests
    db.session.flush()
    return row


def register_people(event_id: int, people: Iterable[NamedPhone]) -> int:
    """Register people, (name, phone), and return how many are new. Raises NotFound.

    Inside write(). Whoever is registered already keeps their name.
    """
    event = get_event_for_update(event_id)
    moment = now()
    rows = [
        {"event_id": event.id, "name": name, "phone": phone, "created_at": moment}
        for name, phone in people
    ]
    if not rows:
        return 0
    statement = sqlite_insert(EventRegistration).on_conflict_do_nothing(["event_id", "phone"])
    new_ids = db.session.scalars(statement.returning(EventRegistration.id), rows)
    return len(new_ids.all())


def get_registration_for_update(event_id: int, registration_id: int) -> EventRegistration:
    """Return the registration as it is inside write().

    Raises NotFound, also for one of another event.
    """
    row = db.session.get(EventRegistration, registration_id, populate_existing=True)
    if row is None or row.event_id != event_id:
        raise NotFound
    return row


def delete_registration(event_id: int, registration_id: int) -> EventRegistration:
    """Delete a registration and return it. Raises NotFound."""
    row = get_registration_for_update(event_id, registration_id)
    db.session.delete(row)
    db.session.flush()
    return row


def opt_out_registered_person(
    event_id: int, registration_id: int, actor: str | None = None
) -> tuple[EventRegistration, bool]:
    """Opt a registered person out and skip what is queued for them. Raises NotFound.

    They stay registered. Returns the registration, and whether the opt-out is new.
    """
    row = get_registration_for_update(event_id, registration_id)
    is_new = record_opt_out(row.phone, source=f"event:{event_id}", name=row.name, actor=actor)
    blast_control.skip_queued_messages(row.phone, SkipReason.SAID_STOP)
    return row, is_new
