"""Whoever does not answer is reminded once, by day, and after a time no longer waited for."""

from datetime import timedelta

import pytest
from sqlalchemy import null

from app import scheduler
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.surveys.actions.survey_timeouts import time_out_and_nudge_sessions
from app.surveys.models import SurveySession
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import TextingHoursMode
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_inbound_text, add_opt_out

COMING = SurveyQuestion("Coming?", QuestionType.YES_NO)


@pytest.fixture
def later(app, text):
    """Call `later(hours=5)`: the job runs then; gives how many ended and how many were reminded."""

    def run(**time):
        text.wait(**time)
        with app.app_context():
            return time_out_and_nudge_sessions(text.moment)

    return run


@pytest.fixture
def queued(app):
    def read():
        with app.app_context():
            return [
                (row.phone, row.body, row.kind.value)
                for row in db.session.scalars(db.select(Message))
                if row.status == "queued"
            ]

    return read


def test_reminded_once(make_survey, text, later, queued):
    make_survey(COMING)
    text(ZOE, "picnic")
    assert later(hours=3) == (0, 0)
    assert later(hours=2) == (0, 1)
    assert later(hours=1) == (0, 0)
    words = (
        "We are still waiting for your answer. Text DONE to leave this survey.\n"
        "Coming? Reply YES or NO."
    )
    assert queued() == [(ZOE, words, "survey")]


def test_a_reminder_is_found_and_brings_its_conversation_to_the_top(
    app, visit, make_survey, text, later
):
    make_survey(COMING)
    text(ZOE, "picnic")
    with app.app_context():
        add_inbound_text(ZOE, "picnic", needs_reply=False, at=text.moment)
        add_inbound_text(LEO, "Hello", at=text.moment + timedelta(minutes=1))
    assert later(hours=5) == (0, 1)
    lines = visit("/inbox?state=all", "sol").words
    assert lines.index("You: We are still waiting") < lines.index("Hello")
    assert "We are still waiting" in visit("/inbox?search=still+waiting", "sol").words


def test_nobody_is_reminded_at_night_nor_who_said_stop(app, make_survey, text, later, queued):
    """From 21:00 to 8:00 on the organisation's clocks (noon in Denver is when this begins)."""
    make_survey(COMING, timeout_hours=100)
    text(ZOE, "picnic")
    text(LEO, "picnic")
    with app.app_context():
        add_opt_out(LEO)
    assert later(hours=9) == (0, 0)
    assert later(hours=10) == (0, 0)
    assert later(hours=1, minutes=5) == (0, 2)
    assert [phone for phone, *_ in queued()] == [ZOE]


def test_a_reminder_waits_for_texting_hours_where_the_person_is(
    app, make_survey, text, later, queued, monkeypatch
):
    """At 8 AM in Denver it is 5 AM in Honolulu; who waits there holds back no one else."""
    monkeypatch.setattr("app.surveys.actions.survey_timeouts.BATCH_SIZE", 1)
    honolulu, chicago = "+18085550142", "+13125550143"
    with app.app_context(), write():
        create_default_hours().mode = TextingHoursMode.ON
    make_survey(COMING, timeout_hours=100)
    text(honolulu, "picnic")
    text(chicago, "picnic")
    later(hours=20, minutes=5)
    assert [phone for phone, *_ in queued()] == [chicago]
    later(hours=3)
    assert [phone for phone, *_ in queued()] == [chicago, honolulu]


def test_no_nudge_where_none_is_wanted(make_survey, text, later):
    make_survey(COMING, nudge_hours=null())
    text(ZOE, "picnic")
    assert later(hours=6) == (0, 0)


def test_after_the_time_out_it_has_ended(make_survey, text, later, rows):
    make_survey(COMING, timeout_hours=10)
    make_survey(COMING, word="LUNCH", timeout_hours=72)
    text(ZOE, "picnic")
    text(LEO, "lunch")
    assert later(hours=11) == (1, 0)
    assert [(row.status.value, row.ended_at) for row in rows("sessions")] == [
        ("timed_out", text.moment),
        ("active", None),
    ]


def test_many_end_in_slices(make_survey, text, later, rows, monkeypatch):
    monkeypatch.setattr("app.surveys.actions.survey_timeouts.BATCH_SIZE", 2)
    make_survey(COMING)
    for n in range(5):
        text(f"+1303555010{n}", "picnic")
    assert later(hours=25) == (5, 0)


def test_an_answer_that_comes_first_wins(make_survey, text, later):
    make_survey(COMING, COMING and SurveyQuestion("How many?", QuestionType.NUMBER))
    text(ZOE, "picnic")
    text.wait(hours=23)
    text(ZOE, "yes")
    assert later(hours=2) == (0, 0)
    text.moment += timedelta(hours=1)
    assert text.get_replies(ZOE, "4") == ["See you there."]


def test_the_job_of_a_serving_process_does_it(app, make_survey, text, rows):
    make_survey(COMING)
    text(ZOE, "picnic")  # long ago, by the clock of the process
    with app.app_context(), write() as session:
        session.execute(db.update(SurveySession).values(asked_at=now() - timedelta(days=2)))
    scheduler.BackgroundJobs(app, lambda: True).jobs.time_out_survey_sessions()
    assert rows("sessions")[0].status.value == "timed_out"
