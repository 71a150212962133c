"""What the tests of surveys look at: surveys, and people who text."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from app.delivery.models import Message, MessageLog, messages
from app.domain.questions import kept
from app.events.models import Event, EventRegistration
from app.kit.db import db, write
from app.surveys.actions import answering
from app.surveys.actions.answering import Heard
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession

NOON = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)  # in Denver


@pytest.fixture
def make_survey(app):
    """Call `make_survey(question, …, word="PICNIC", …)`: an open survey; gives its id."""

    def make(*questions, word="PICNIC", **more):
        facts = {
            "name": f"The {word.lower()}",
            "intro_message": "Welcome.",
            "completion_message": "See you there.",
        } | more
        asked = kept([each for each in questions if not isinstance(each, str)]) if questions else "[]"
        if all(isinstance(each, str) for each in questions):
            asked = json.dumps(questions)
        with app.app_context(), write() as session:
            session.add(row := SurveyFlow(trigger_keyword=word, questions_json=asked, **facts))
            session.flush()
            return row.id

    return make


@pytest.fixture
def make_event(app):
    """Call `make_event("Picnic")`: an event; gives its id."""

    def make(title="Picnic"):
        with app.app_context(), write() as session:
            session.add(row := Event(title=title))
            session.flush()
            return row.id

    return make


class Town:
    """People who text, a minute apart, heard as the router hears them."""

    def __init__(self, app):
        self.app, self.moment = app, NOON

    def __call__(self, phone, body, *, seconds=60, name=None, doubtful=False):
        self.moment += timedelta(seconds=seconds)
        with self.app.app_context(), write() as session:
            row = {"direction": "inbound", "kind": "inbound", "status": "received", "phone": phone, "body": body}
            made = session.execute(insert(messages).values(row).returning(messages.c.id)).scalar_one()
            heard = Heard(phone, body, made, self.moment, name)
            return (
                answering.answer(heard, only_valid=True, doubtful=doubtful)
                or (None if doubtful else answering.begin_by_word(heard))
                or (None if doubtful else answering.answer(heard, only_valid=False))
            )

    def says(self, phone, *bodies, **more):
        """The replies to the last of these texts."""
        taken = [self(phone, body, **more) for body in bodies][-1]
        return taken.replies if taken else None

    def wait(self, **time):
        self.moment += timedelta(**time)


@pytest.fixture
def text(app):
    """Call `text(ZOE, "picnic")` for a Taken or None, `text.says(ZOE, "picnic", "yes")` for the last replies."""
    return Town(app)


@pytest.fixture
def asked_by_blast(app):
    """Call `asked_by_blast(survey_id, ZOE, …)`: a blast that asks has reached these people; its log's id."""

    def make(survey_id, *phones, status="delivered", at=NOON, body="Are you coming?"):
        with app.app_context(), write() as session:
            log = MessageLog(message_body=body, target="community", total_recipients=len(phones), survey_id=survey_id)
            session.add(log)
            session.flush()
            row = {"kind": "blast", "status": status, "body": body, "message_log_id": log.id}
            session.add_all(Message(phone=phone, created_at=at, **row) for phone in phones)
            return log.id

    return make


@pytest.fixture
def rows(app):
    """Call `rows("answers")`, `rows("sessions")`, `rows("survey", id)`, `rows("registrations")`."""

    def read(what, id=None):
        with app.app_context():
            if what == "survey":
                return db.session.get(SurveyFlow, id)
            kind = {"answers": SurveyAnswer, "sessions": SurveySession, "registrations": EventRegistration}[what]
            return db.session.scalars(db.select(kind).order_by(kind.id)).all()

    return read
