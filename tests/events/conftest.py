"""What the tests of events look at."""

import json

import pytest

from app.audit.models import AuditEvent
from app.core.db import db, write
from app.events.models import Event, EventRegistration


@pytest.fixture
def make_event(app):
    """Call `make_event("Picnic", ZOE, (LEO, "Leo"), date=…)`: an event and who is registered;
    gives its id.
    """

    def make(title, *people, **more):
        with app.app_context(), write() as session:
            session.add(row := Event(title=title, **more))
            session.flush()
            pairs = [(each, None) if isinstance(each, str) else each for each in people]
            session.add_all(
                EventRegistration(event_id=row.id, phone=phone, name=name) for phone, name in pairs
            )
            return row.id

    return make


@pytest.fixture
def read_registrations(app):
    """Everybody registered for an event now: {phone: name}."""

    def read(event_id):
        with app.app_context():
            wanted = db.select(EventRegistration.phone, EventRegistration.name).order_by(
                EventRegistration.id
            )
            return {
                phone: name
                for phone, name in db.session.execute(wanted.filter_by(event_id=event_id))
            }

    return read


@pytest.fixture
def find_registration_id(app):
    """The id of the registration of this number for this event."""

    def read(event_id, phone):
        with app.app_context():
            wanted = db.select(EventRegistration.id).filter_by(event_id=event_id, phone=phone)
            return db.session.scalar(wanted)

    return read


@pytest.fixture
def read_event(app):
    """The event as it is in the database, None when it is gone."""

    def read(event_id):
        with app.app_context():
            return db.session.get(Event, event_id)

    return read


@pytest.fixture
def read_last_audit_event(app):
    """The last line of the audit: (verb, who, about, details)."""

    def read():
        with app.app_context():
            row = db.session.scalar(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1))
            # Names are in a column of their own, which an erasure may empty.
            details = json.loads(row.details or "{}") | json.loads(row.people or "{}")
            return row.verb, row.who, row.about, details

    return read
