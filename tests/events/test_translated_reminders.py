"""Reminders of an event in two languages: the plan keeps both, each reader gets their own."""

from datetime import UTC, datetime

import pytest
import time_machine

from app.core.db import db, write
from app.delivery.models import Message
from app.delivery.scheduled_models import ScheduledMessage
from app.events.models import EventReminder
from app.profiles.models import Person
from tests.events.test_reminders import TEXTAREA, read_plan_form, release_blasts, save_plan
from tests.sample_people import MIA, ZOE

SPANISH = "Hasta manana: {event_title}, {event_date}."
NOON = "2026-05-06 12:00:00+00:00"


@pytest.fixture(autouse=True)
def event_id(visit):
    """A picnic on May 9 with the usual plan, to which Zoë and Mia are coming."""
    with time_machine.travel(NOON, tick=False):
        answer = visit("/events/add", "sol", title="Picnic", date="2026-05-09", start_time="11:00")
        event_id = int(answer.location.rsplit("/", 1)[1])
        for name, phone in (("Zoë", ZOE), ("Mía", MIA)):
            visit(f"/events/{event_id}/register", "sol", name=name, phone=phone)
        yield event_id


def read_translations(app, model):
    with app.app_context():
        rows = db.session.scalars(db.select(model).order_by(model.id))
        return [row.translations for row in rows if row.translations]


def test_a_plan_keeps_its_translations_and_each_reader_gets_their_own(app, visit, event_id):
    with app.app_context(), write() as session:
        session.execute(db.update(Person).where(Person.id == 2).values(language="es"))
    added = {"steps-1-add_language": "1", "steps-1-new_language": "es"}
    page = save_plan(visit, event_id, **added)
    assert "steps-1-translation-es" in dict(TEXTAREA.findall(page.text))
    save_plan(visit, event_id, **{"steps-1-translation-es": SPANISH})
    assert read_translations(app, EventReminder) == [{"es": SPANISH}]
    assert read_translations(app, ScheduledMessage) == [{"es": SPANISH}]
    assert read_plan_form(visit, event_id)["steps-1-translation-es"] == SPANISH
    assert "Hasta manana: Picnic" in visit(f"/events/{event_id}", "sol").words
    release_blasts(app, datetime(2026, 5, 8, 16, 0, 30, tzinfo=UTC))
    with app.app_context():
        texts = dict(db.session.execute(db.select(Message.phone, Message.body)).all())
    assert texts[MIA].startswith("Hasta manana: Picnic, sab, 9 may")
    assert texts[ZOE].startswith("See you tomorrow: Picnic.")


def test_a_translation_without_a_text_is_refused_and_can_be_removed(app, visit, event_id):
    page = save_plan(visit, event_id, **{"steps-0-translation-es": " "})
    assert page.status_code == 422
    assert "Reminder 1: Write the Spanish text, or remove it." in page.words
    save_plan(visit, event_id, **{"steps-0-translation-es": SPANISH})
    page = save_plan(visit, event_id, **{"steps-0-remove_language": "es"})
    assert "steps-0-translation-es" not in dict(TEXTAREA.findall(page.text))
    save_plan(visit, event_id, **{"steps-0-translation-es": None})
    assert read_translations(app, EventReminder) == []
