"""What an approval covers: the event as it was, but not which day it is, nor whom a list has."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import update

from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.queries.approval_content import find_blast_hash
from app.core.clock import now
from app.core.db import db, write
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.events.models import Event
from app.organisation.models import Organisation


@pytest.fixture
def blast_id(shop):
    """A blast to an event that names its day and how far it is."""
    with write() as session:
        event = Event(title="Picnic", date=date(2026, 12, 24), created_at=now())
        session.add(event)
        session.flush()
        body = "{event_title} on {event_date}, in {days_until} days"
        draft = BlastDraft(body, "Reply STOP.", BlastTarget.EVENT, event.id, "UTC")
        return confirm_blast(draft, None, "sol", now())


def change(model, **values):
    with write() as session:
        session.execute(update(model).values(**values))
    db.session.expire_all()


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Event, {"title": "Fair"}),
        (Event, {"date": date(2026, 12, 25)}),
        (ScheduledMessage, {"message_body": "{event_title} on {event_date}"}),
        (ScheduledMessage, {"translations": {"es": "Hola"}}),
        (ScheduledMessage, {"footer": None}),
        (ScheduledMessage, {"plain_names": True}),
        (ScheduledMessage, {"target": BlastTarget.COMMUNITY, "event_id": None}),
    ],
)
def test_another_text_or_list_is_not_what_was_approved(blast_id, model, values):
    before = find_blast_hash(blast_id)
    change(model, **values)
    assert find_blast_hash(blast_id) != before


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (ScheduledMessage, {"scheduled_at": now() + timedelta(days=3), "immediate": False}),
        (ScheduledMessage, {"name": "For everyone", "confirmed_count": 7}),
        (Event, {"place": "The hall"}),
        (Organisation, {"name": "Hillside"}),
    ],
)
def test_times_names_and_what_no_text_says_are_not_part_of_it(blast_id, model, values):
    before = find_blast_hash(blast_id)
    change(model, **values)
    assert find_blast_hash(blast_id) == before


def test_the_days_that_a_text_counts_may_pass(blast_id):
    before = find_blast_hash(blast_id)
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        db.session.expire_all()
        assert find_blast_hash(blast_id) == before
