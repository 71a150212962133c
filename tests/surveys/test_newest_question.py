"""A text answers what was asked last; in doubt a person reads it (M03, M04)."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from app.core.db import db, write
from app.delivery.models import MessageLog, messages
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.domain.texts.question_detection import asks_something
from app.surveys.models import SurveyAnswer, SurveySession
from tests.sample_people import ZOE

PRINT = SurveyQuestion("May we print your number?", QuestionType.YES_NO)
STREET = SurveyQuestion("Your street?")
PICNIC = SurveyQuestion("Are you coming to the picnic?", QuestionType.YES_NO)
HOW_MANY = SurveyQuestion("How many of you?", QuestionType.NUMBER)


@pytest.fixture
def send(app, text):
    """Store a text of ours to Zoë as one that has left a moment ago; None: it still waits."""

    def send_text(body, kind="survey", *, left=True, survey_id=None):
        # Our own questions leave at once, what a person writes comes later.
        delay = timedelta(seconds=1) if kind == "survey" else timedelta(seconds=30)
        moment = text.moment + delay
        with app.app_context(), write() as session:
            log_id = None
            if kind == "blast":
                row = MessageLog(message_body=body, target="community", survey_id=survey_id)
                session.add(row)
                session.flush()
                log_id = row.id
            values = {
                "direction": "outbound",
                "kind": kind,
                "status": "sent" if left else "queued",
                "phone": ZOE,
                "body": body,
                "message_log_id": log_id,
                "created_at": moment if kind == "blast" else text.moment,
                "sent_at": moment if left else None,
            }
            session.execute(insert(messages).values(values))

    return send_text


def list_answers(app):
    """Return (survey, state, value) of every stored answer, in order."""
    with app.app_context():
        rows = db.session.execute(
            db.select(SurveySession.survey_id, SurveyAnswer.state, SurveyAnswer.value)
            .join(SurveySession, SurveySession.id == SurveyAnswer.session_id)
            .order_by(SurveyAnswer.id)
        )
        return [(survey, state.value, value) for survey, state, value in rows]


def list_statuses(app):
    """Return the status of every session, in order."""
    with app.app_context():
        statuses = db.session.scalars(db.select(SurveySession.status).order_by(SurveySession.id))
        return [status.value for status in statuses]


@pytest.fixture
def surveys(make_survey):
    """Make two surveys, SHARE and PICNIC; their ids."""
    share = make_survey(PRINT, STREET, word="SHARE")
    picnic = make_survey(PICNIC, HOW_MANY, word="PICNIC")
    return share, picnic


def test_the_newest_question_has_the_answer(app, surveys, text, send):
    _, picnic = surveys
    text(ZOE, "share")
    send(PRINT.message_text)
    send(PICNIC.message_text, "blast", survey_id=picnic)
    assert text.get_replies(ZOE, "Yes") == ["How many of you?"]
    assert list_answers(app) == [(picnic, "answered", "yes")]
    assert list_statuses(app) == ["timed_out", "active"]


@pytest.mark.parametrize("first", [HOW_MANY, STREET, PRINT])
def test_whatever_kind_of_question_waits(app, make_survey, text, send, first):
    make_survey(first, STREET if first is not STREET else PRINT, word="SHARE")
    picnic = make_survey(PICNIC, word="PICNIC")
    text(ZOE, "share")
    send(first.message_text)
    send(PICNIC.message_text, "blast", survey_id=picnic)
    assert text(ZOE, "Yes").verdict == "survey_finished"
    assert list_answers(app) == [(picnic, "answered", "yes")]


def test_the_older_survey_ends_and_its_keyword_leads_back_to_where_it_was(app, surveys, text, send):
    _, picnic = surveys
    text(ZOE, "share")
    send(PRINT.message_text)
    text(ZOE, "yes")
    send(STREET.message_text)
    send(PICNIC.message_text, "blast", survey_id=picnic)
    text(ZOE, "no")
    assert text.get_replies(ZOE, "share") == ["Welcome back. This is where you were.\nYour street?"]


def test_the_session_has_it_when_its_own_question_left_later(app, surveys, text, send):
    share, picnic = surveys
    send(PICNIC.message_text, "blast", survey_id=picnic)
    text(ZOE, "share")
    send(PRINT.message_text)
    assert text.get_replies(ZOE, "yes") == ["Your street?"]
    assert list_answers(app) == [(share, "answered", "yes")]


def test_what_fits_neither_or_only_the_older_question_goes_to_a_person(app, surveys, text, send):
    share, picnic = surveys
    text(ZOE, "share")
    send(PRINT.message_text)
    text(ZOE, "yes")
    send(STREET.message_text)
    send(PICNIC.message_text, "blast", survey_id=picnic)
    result = text(ZOE, "12 Main Street")
    assert (result.verdict, result.needs_person, result.replies) == (
        "survey_in_doubt",
        "unclear",
        [],
    )
    assert list_answers(app) == [(share, "answered", "yes"), (share, "unclear", None)]
    assert list_statuses(app) == ["active"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("blast", "Are you coming to the picnic? Reply STOP to opt out."),
        ("blast", "Picnic on Sunday. Reply YES if you come."),
        ("reply", "Can I call you tonight?"),
        ("reminder", "Choir at 7. RSVP"),
    ],
)
def test_a_later_text_that_asks_without_a_survey_leaves_it_to_a_person(
    app, surveys, text, send, kind, body
):
    text(ZOE, "share")
    send(PRINT.message_text)
    send(body, kind)
    assert text(ZOE, "Yes").verdict == "survey_in_doubt"
    assert list_answers(app) == [(surveys[0], "unclear", None)]


def test_a_later_text_that_asks_nothing_changes_nothing(app, surveys, text, send):
    text(ZOE, "share")
    send(PRINT.message_text)
    send("Choir is at 7 tonight. Reply STOP to opt out.", "blast")
    assert text.get_replies(ZOE, "Yes") == ["Your street?"]


def test_the_words_of_surveys_work_in_doubt_too(surveys, text, send):
    text(ZOE, "share")
    send(PRINT.message_text)
    send("Are you coming?", "blast")
    assert text(ZOE, "done").verdict == "survey_left"


def test_an_answer_to_a_blast_is_left_to_a_person_when_something_was_asked_since(
    surveys, text, send
):
    send(PICNIC.message_text, "blast", survey_id=surveys[1])
    text.wait(minutes=1)
    send("Can you bring a chair? Text YES.", "blast")
    assert text(ZOE, "Yes") is None


@pytest.mark.parametrize("seconds", [1, 2, 5, 8])
def test_two_equal_answers_are_two_when_the_question_between_them_has_left(
    app, make_survey, text, send, seconds
):
    survey = make_survey(PICNIC, PRINT, STREET)
    text(ZOE, "picnic")
    send(PICNIC.message_text)
    text(ZOE, "Yes")
    send(PRINT.message_text)
    assert text.get_replies(ZOE, "Yes", seconds=seconds) == ["Your street?"]
    assert list_answers(app) == [(survey, "answered", "yes")] * 2


def test_the_second_is_a_double_while_the_next_question_waits(app, make_survey, text, send):
    survey = make_survey(PICNIC, PRINT, STREET)
    text(ZOE, "picnic")
    send(PICNIC.message_text)
    text(ZOE, "Yes")
    send(PRINT.message_text, left=False)
    assert text(ZOE, "Yes", seconds=2).verdict == "survey_repeated"
    assert list_answers(app) == [(survey, "answered", "yes"), (survey, "repeated", None)]


def test_which_texts_ask():
    asking = [
        "Are you coming?",
        "¿Vienes el domingo?",
        "RSVP by Friday",
        "Let us know by Friday. Reply STOP to opt out.",
        "Picnic! Répondez oui ou non.",
        "Text YES to come",
        "来ますか？",
    ]
    telling = [
        "Choir at 7. Reply STOP to opt out.",
        "See https://example.org/?page=2 for the times.",
        "Reply HELP for help, STOP to stop.",
        "Thanks for your answers.",
    ]
    assert [body for body in asking if not asks_something(body)] == []
    assert [body for body in telling if asks_something(body)] == []
