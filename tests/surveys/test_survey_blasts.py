"""A survey is pushed to an audience as a blast."""

import pytest

from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.events.models import EventRegistration
from app.surveys.models import SurveySession
from tests.blasts.helpers import get_review_fields, press_button, release_blasts, send_blast
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member
from tests.visit import Page


@pytest.fixture
def poll(make_survey):
    return make_survey(
        SurveyQuestion("Coming, {first_name|friend}?", QuestionType.YES_NO),
        SurveyQuestion("How many?", QuestionType.NUMBER),
        intro_message="The picnic is in May.",
    )


def test_the_form_begins_with_the_first_text_of_the_survey(visit, poll):
    page: Page = visit(f"/blasts/new?survey={poll}", "sol")
    assert "The picnic is in May. Coming, {first_name|friend}? Reply YES or NO." in page.words
    assert f'<option selected value="{poll}">start the survey “The picnic”</option>' in page.text
    assert visit("/blasts/new?survey=4711", "sol").status_code == 404
    assert "Replies" not in visit("/blasts/new", "sol").words


def test_whoever_answers_the_blast_answers_the_survey(app, visit, poll, text):
    """No session is made at release: only an answer makes one."""
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
    scheduled = send_blast(visit, "sol", message_body="Coming?", survey_id=str(poll))
    assert (
        "Answers start the survey The picnic"
        in visit(f"/blasts/scheduled/{scheduled}", "sol").words
    )
    release_blasts(app)
    with app.app_context(), write() as session:
        log = session.scalar(db.select(MessageLog))
        assert (log.survey_id, session.get(ScheduledMessage, scheduled).survey_id) == (
            poll,
            poll,
        )
        assert session.scalar(db.select(SurveySession)) is None
        session.execute(db.update(Message).values(status="delivered", created_at=text.moment))
    assert "Answers start the survey The picnic" in visit("/blasts/logs/1", "sol").words
    assert text.get_replies(ZOE, "yes", name="Zoë") == ["How many?"]
    assert "2 from a blast" in visit(f"/surveys/{poll}", "sol").words.replace(
        "from a blast 2", "2 from a blast"
    )


def test_the_review_carries_the_survey(app, visit, poll):
    with app.app_context():
        add_member(ZOE)
    page = visit(
        "/blasts/new",
        "sol",
        message_body="Coming?",
        target="community",
        send_mode="now",
        survey_id=str(poll),
    )
    assert get_review_fields(page)["survey_id"] == str(poll)
    assert "Answers start the survey The picnic" in page.words
    again = press_button(visit, page, "sol", edit="1")
    assert f'<option selected value="{poll}">' in again.text


def test_a_closed_survey_is_not_asked(app, visit, poll):
    with app.app_context():
        add_member(ZOE)
    visit.post(f"/surveys/{poll}/deactivate", "sol")
    form = {
        "message_body": "Coming?",
        "target": "community",
        "send_mode": "now",
        "survey_id": str(poll),
    }
    page = visit("/blasts/new", "sol", **form)
    assert page.status_code == 422
    assert "That survey is closed or deleted." in page.words


def test_the_people_of_its_event_are_asked(app, visit, make_survey, make_event):
    event = make_event()
    survey = make_survey(SurveyQuestion("Coming?", QuestionType.YES_NO), linked_event_id=event)
    with app.app_context(), write() as session:
        session.add(EventRegistration(event_id=event, phone=ZOE))
    page = visit(f"/surveys/{survey}", "sol")
    address = f"/blasts/new?survey={survey}&target=event&event_id={event}"
    assert address.replace("&", "&amp;") in page.text
    assert f'<option selected value="{event}">' in visit(address, "sol").text
