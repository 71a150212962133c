"""Fixtures of the surveys: surveys, events, blasts that ask, and people who text."""

import json

import pytest

from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.domain.surveys.question_definitions import serialize_questions
from app.events.models import Event, EventRegistration
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession
from tests.surveys.survey_conversations import NOON, SurveyConversations


@pytest.fixture
def make_survey(app):
    """Call `make_survey(question, …, word="PICNIC", …)`: creates an open survey, returns its id."""

    def make(*questions, word="PICNIC", **columns):
        values = {
            "name": f"The {word.lower()}",
            "intro_message": "Welcome.",
            "completion_message": "See you there.",
        } | columns
        if all(isinstance(question, str) for question in questions):
            questions_json = json.dumps(questions)
        else:
            questions_json = serialize_questions(questions)
        with app.app_context(), write() as session:
            row = SurveyFlow(trigger_keyword=word, questions_json=questions_json, **values)
            session.add(row)
            session.flush()
            return row.id

    return make


@pytest.fixture
def make_event(app):
    """Call `make_event("Picnic")`: creates an event, returns its id."""

    def make(title="Picnic"):
        with app.app_context(), write() as session:
            session.add(row := Event(title=title))
            session.flush()
            return row.id

    return make


@pytest.fixture
def text(app):
    """Call `text(ZOE, "picnic")` for a HandlerResult or None.

    `text.get_replies(ZOE, "picnic", "yes")` returns the last replies.
    """
    return SurveyConversations(app)


@pytest.fixture
def asked_by_blast(app):
    """Call `asked_by_blast(survey_id, ZOE, …)`: a blast that asks has reached these people; its
    log's id.
    """

    def make(survey_id, *phones, status="delivered", at=NOON, body="Are you coming?"):
        with app.app_context(), write() as session:
            log = MessageLog(
                message_body=body,
                target="community",
                total_recipients=len(phones),
                survey_id=survey_id,
            )
            session.add(log)
            session.flush()
            row = {
                "kind": "blast",
                "status": status,
                "body": body,
                "message_log_id": log.id,
            }
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
            kind = {
                "answers": SurveyAnswer,
                "sessions": SurveySession,
                "registrations": EventRegistration,
            }[what]
            return db.session.scalars(db.select(kind).order_by(kind.id)).all()

    return read
