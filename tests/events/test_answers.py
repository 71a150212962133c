"""Who is coming to an event, with how many guests: set by hand, or answered in a survey."""

import pytest

from app.core.db import db, write
from app.domain.surveys.guest_counts import find_guest_count
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.domain.surveys.survey_state_machine import SurveyState
from app.events.actions.registrations import record_survey_answer
from app.events.models import EventAnswer, EventRegistration
from tests.blasts.helpers import list_messages, open_review, release_blasts, send_blast
from tests.sample_people import LEO, MIA, ZOE


@pytest.fixture
def picnic(make_event):
    """An event with Zoë, Leo and Mia."""
    return make_event("Picnic", (ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia"))


def answer(visit, event_id, registration_id, **fields):
    address = f"/events/{event_id}/registrations/{registration_id}/answer"
    return visit(address, "sol", follow=True, **fields)


def test_whoever_is_registered_counts_as_coming(visit, picnic):
    words = visit(f"/events/{picnic}", "sol").words
    assert "3 coming 0 maybe 0 not coming 0 guests 3 expected in total" in words


def test_sol_writes_down_what_people_told_her(visit, picnic, find_registration_id):
    zoe, leo = (find_registration_id(picnic, phone) for phone in (ZOE, LEO))
    assert "Zoë: coming." in answer(visit, picnic, zoe, answer="coming", guests="4").words
    page = answer(visit, picnic, leo, answer="not_coming", guests="9")
    assert "2 coming 0 maybe 1 not coming 4 guests 6 expected in total" in page.words
    assert "Coming + 4 guests" in page.words
    narrowed = visit(f"/events/{picnic}?answer=not_coming", "sol")
    assert "Not coming: 1 person." in narrowed.words
    assert f"+{MIA[1:]}" not in narrowed.text.replace(" ", "")


def test_a_blast_to_the_event_skips_who_is_not_coming(visit, app, picnic, find_registration_id):
    zoe, leo = (find_registration_id(picnic, phone) for phone in (ZOE, LEO))
    answer(visit, picnic, zoe, answer="not_coming")
    answer(visit, picnic, leo, answer="maybe")
    to_event = {"target": "event", "event_id": str(picnic)}
    words = open_review(visit, "sol", **to_event).words
    assert "Send to 2 people" in words
    assert "Not coming 1" in words
    send_blast(visit, "sol", **to_event)
    release_blasts(app)
    assert {row.phone: (row.status, row.reason) for row in list_messages(app)} == {
        ZOE: ("skipped", "not_coming"),
        LEO: ("queued", None),
        MIA: ("queued", None),
    }


@pytest.mark.parametrize("guests", ["100", "-1", "two", "1.5"])
def test_guests_that_are_no_number_change_nothing(visit, picnic, guests, app):
    page = answer(visit, picnic, 1, answer="maybe", guests=guests)
    assert "Enter how many guests they bring, from 0 to 99." in page.words
    with app.app_context():
        assert db.session.get(EventRegistration, 1).answer is None


def test_an_answer_for_somebody_of_another_event_is_not_there(visit, picnic, make_event):
    other = make_event("Other")
    address = f"/events/{other}/registrations/1/answer"
    assert visit(address, "sol", answer="maybe").status_code == 404


def test_the_answer_is_in_the_audit_by_name(visit, picnic, read_last_audit_event):
    answer(visit, picnic, 1, answer="maybe")
    verb, who, about, details = read_last_audit_event()
    assert (verb, who, about) == ("registration.answered", "sol", f"event {picnic}, registration 1")
    assert (details["answer"], details["names"]) == ("maybe", "Zoë")


def test_a_survey_tells_who_comes_and_registers_nobody(app, picnic, find_registration_id):
    with app.app_context(), write():
        record_survey_answer(picnic, ZOE, EventAnswer.COMING, 3)
        record_survey_answer(picnic, "+13035550199", EventAnswer.COMING, 1)
    with app.app_context():
        row = db.session.get(EventRegistration, find_registration_id(picnic, ZOE))
        assert (row.answer, row.guests) == (EventAnswer.COMING, 3)
        assert db.session.query(EventRegistration).count() == 3


@pytest.mark.parametrize(
    ("prompt", "value", "guests"),
    [
        ("How many of you are coming, with you?", "5", 4),
        ("How many guests will you bring?", "2", 2),
        ("How many are you?", "1", 0),
        ("How many guests are you in all, including you?", "3", 2),
        ("How many are you?", "1000", 99),
        ("How many are you?", None, None),
    ],
)
def test_the_number_of_a_survey_becomes_guests(prompt, value, guests):
    question = SurveyQuestion(prompt, QuestionType.NUMBER)
    state = SurveyState((question,), values={0: value})
    assert find_guest_count(state) == guests


def test_another_reminder_comes_when_it_is_asked_for(visit, picnic):
    fields = {"add_step": "1", "steps-0-number": "3", "steps-0-side": "before"}
    page = visit(f"/events/{picnic}/reminders", "sol", **fields)
    assert page.status_code == 200
    assert "New reminder" in page.words
    assert 'value="3"' in page.text
    assert "New reminder" not in visit(f"/events/{picnic}/reminders", "sol").words


def test_sol_marks_who_came_one_by_one_and_the_ticked_ones(
    visit, app, picnic, find_registration_id
):
    zoe, leo, mia = (find_registration_id(picnic, phone) for phone in (ZOE, LEO, MIA))
    address = f"/events/{picnic}/attendance"
    assert visit(f"/events/{picnic}/export", "ada").text.startswith("\ufeffname,phone\r\n")
    words = visit(address, "sol", follow=True, attendance=f"came:{zoe}").words
    assert "Zoë came to Picnic." in words
    page = visit(address, "sol", follow=True, attendance="came", ids=[zoe, leo])
    assert "Leo came to Picnic." in page.words
    assert page.text.count('aria-pressed="true"') == 2
    file = visit(f"/events/{picnic}/export", "ada").text
    assert "name,phone,came" in file
    assert f'"Mia","{MIA}",""' in file
    assert f'"{ZOE}","yes"' in file
    page = visit(address, "sol", follow=True, attendance="came", everyone="1", search="mia")
    assert "Mia came to Picnic." in page.words
    page = visit(address, "sol", follow=True, attendance="not_came", ids=[zoe, leo, mia])
    assert "3 marks were removed." in page.words
    assert (
        "Select at least one person" in visit(address, "sol", follow=True, attendance="came").words
    )
    assert "marked who came to “Picnic”" in visit("/audit", "ada").words
