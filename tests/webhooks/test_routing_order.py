"""The order in which the rooms are asked, with a real survey and a real keyword, and what the
threads know of it.
"""

import json

import pytest

from app.core.db import db, write
from app.domain.surveys.question_definitions import (
    QuestionType,
    SurveyQuestion,
    serialize_questions,
)
from app.inbox.models import Thread
from app.keywords.models import KeywordRule
from app.suppression.queries.stop_questions import count_open_stop_questions
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession
from tests.sample_people import ZOE
from tests.webhooks.calls import opted_out, verdicts
from tests.webhooks.test_inbound_routing import DOUBTFUL, answers, say

ASKED = [
    SurveyQuestion("Are you coming?", QuestionType.YES_NO),
    SurveyQuestion("What do you bring?", QuestionType.TEXT),
]


@pytest.fixture
def twilio_app(sandbox_app):
    """A survey that PICNIC begins, and a keyword HOURS."""
    with sandbox_app.app_context(), write() as session:
        session.add(
            SurveyFlow(
                name="Picnic",
                trigger_keyword="PICNIC",
                questions_json=serialize_questions(ASKED),
            )
        )
        session.add(KeywordRule(keyword="HOURS", response_body="9 to 5"))
    return sandbox_app


def talk(app, *bodies):
    """Zoë texts all of these; gives what was made of them."""
    start = len(verdicts(app))
    for number, body in enumerate(bodies, start):
        say(app, body, number)
    return verdicts(app)[start:]


def thread(app, phone=ZOE):
    """(needs a reply, why, unread) of a thread."""
    with app.app_context():
        row = db.session.scalars(db.select(Thread).where(Thread.phone == phone)).one()
        return row.needs_reply, row.why, row.unread


def list_survey_answers(app):
    """The answers of the surveys."""
    with app.app_context():
        return [
            row.body
            for row in db.session.scalars(db.select(SurveyAnswer).order_by(SurveyAnswer.id))
        ]


def test_a_survey_claims_yes_and_its_free_words_but_no_stop(twilio_app):
    assert talk(twilio_app, "picnic", "YES", "stop please") == [
        "survey_started",
        "survey_answered",
        "opt_out",
    ]
    assert list_survey_answers(twilio_app) == ["YES"]
    with twilio_app.app_context():
        assert db.session.scalar(db.select(SurveySession.status)) == "stopped"
    assert opted_out(twilio_app) == {ZOE: "inbound"}
    assert thread(twilio_app) == (False, None, 0)


def test_a_doubtful_stop_is_no_answer_in_free_words(twilio_app):
    assert talk(twilio_app, "picnic", "yes", DOUBTFUL) == [
        "survey_started",
        "survey_answered",
        "maybe_stop",
    ]
    assert list_survey_answers(twilio_app) == ["yes"]
    assert thread(twilio_app) == (True, "maybe_stop", 1)
    before = len(answers(twilio_app))
    assert talk(twilio_app, "hours") == ["keyword"]
    assert len(answers(twilio_app)) == before
    talk(twilio_app, "STOP")
    assert thread(twilio_app) == (False, None, 0)


def test_keywords_answer_before_people_look_and_surveys_hint_before_the_inbox(twilio_app):
    assert talk(twilio_app, "hours", "hello") == ["keyword", "stored"]
    assert [body for _, _, body in answers(twilio_app)] == ["9 to 5"]
    assert thread(twilio_app)[:2] == (True, None)
    assert talk(twilio_app, "picnic", "hm?") == ["survey_started", "survey_unclear"]


def test_yes_brings_back_only_when_neither_survey_nor_keyword_wants_it(twilio_app):
    talk(twilio_app, "stop")
    with twilio_app.app_context(), write() as session:
        session.add(rule := KeywordRule(keyword="YES", response_body="Good."))
    assert talk(twilio_app, "yes") == ["keyword"]
    assert opted_out(twilio_app) == {ZOE: "inbound"}
    with twilio_app.app_context(), write() as session:
        session.delete(session.merge(rule))
    assert talk(twilio_app, "yes") == ["return"]
    assert opted_out(twilio_app) == {}


# case W25 of docs/cases.md
def test_a_silenced_phone_still_answers_a_survey_and_is_flagged(twilio_app):
    """W25: twenty keywords and a survey's answer within a moment."""
    talk(twilio_app, "picnic", *["hours"] * 20)
    assert len(answers(twilio_app)) == 5
    assert thread(twilio_app) == (True, "flood", 16)
    assert talk(twilio_app, "yes") == ["survey_answered"]
    assert (list_survey_answers(twilio_app), len(answers(twilio_app))) == (["yes"], 5)


def test_a_long_survey_filled_in_quickly_is_no_flood(sandbox_app):
    with sandbox_app.app_context(), write() as session:
        asked = json.dumps([f"Question {n}?" for n in range(12)])
        session.add(SurveyFlow(name="Long", trigger_keyword="LONG", questions_json=asked))
    talk(sandbox_app, "long", *[f"Answer {n}" for n in range(12)])
    assert (
        len(list_survey_answers(sandbox_app)),
        len(answers(sandbox_app)),
        thread(sandbox_app)[1],
    ) == (
        12,
        13,
        None,
    )


# case W20 of docs/cases.md
@pytest.mark.parametrize("sender", ["32665", "BANKNAME"])
def test_strangers_have_threads_for_people(sandbox_app, sender):
    """W20: nothing is swallowed."""
    say(sandbox_app, "Your code is 12", phone=sender)
    assert thread(sandbox_app, sender) == (True, None, 1)
    with sandbox_app.app_context():
        assert count_open_stop_questions()[0] == 0
