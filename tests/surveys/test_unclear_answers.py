"""A text that a survey did not understand, in its conversation: a person records what it means
with one press.
"""

import pytest

from app.core.db import db, write
from app.delivery.models import Message
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.inbox.actions import thread_updates
from app.inbox.actions.thread_updates import StoredText
from app.surveys.actions.survey_text_handling import stop_surveys_of_phone
from app.surveys.models import SurveyAnswer
from tests.sample_people import ZOE
from tests.sample_rows import add_member, add_opt_out

COMING = SurveyQuestion("Coming?", QuestionType.YES_NO)
HOW_MANY = SurveyQuestion("How many?", QuestionType.NUMBER, low=1, high=20)


@pytest.fixture
def zoe(app, make_survey, text):
    """Zoë has written what no survey understands."""
    with app.app_context():
        add_member(ZOE, "Zoë")
    make_survey(COMING, HOW_MANY)
    return say(app, text)


def say(app, text, *more):
    for body in more or ("picnic", "yes", "We are 2 adults and 3 kids"):
        result = text(ZOE, body, name="Zoë")
        with app.app_context(), write():
            newest = db.session.scalar(db.select(db.func.max(Message.id)))
            reason = result.needs_person if result else ""
            needs = bool(reason) or result is None
            thread_updates.record_inbound_text(
                ZOE,
                [StoredText(newest, body)],
                text.moment,
                needs_reply=needs,
                reason=reason or None,
            )


def record(visit, page, **change):
    """Press the button that stands there."""
    form = next(row for row in page.forms if row["attrs"]["action"].endswith("/sessions/1/answer"))
    return visit(form["attrs"]["action"], "sol", follow=True, **dict(form["fields"]) | change)


def test_one_press_records_it_and_the_survey_goes_on(app, visit, zoe, rows):
    page = visit("/inbox/1", "sol")
    assert (
        "The survey “ The picnic ” did not understand this reply and is waiting: How many?"
        in page.words
    )
    assert "Record 5 for Zoë" in page.words
    page = record(visit, page)
    assert page.headings == ["Zoë"], "back in the conversation"
    assert "Saved. The survey continues." in page.words
    assert "See you there." in page.words
    assert "Record" not in page.words
    answer = rows("answers")[-1]
    assert (answer.value, answer.body, answer.edited_by) == (
        "5",
        "We are 2 adults and 3 kids",
        "sol",
    )


def test_what_was_answered_meanwhile_is_not_overwritten(app, visit, zoe, text, rows):
    page = visit("/inbox/1", "sol")
    say(app, text, "4")
    page = record(visit, page)
    assert "They have replied again" in page.words
    assert [row.value for row in rows("answers") if row.state == "answered"] == [
        "yes",
        "4",
    ]


def test_pressed_twice_it_is_recorded_once(app, visit, zoe, rows):
    page = visit("/inbox/1", "sol")
    record(visit, page)
    assert "Check once more" in record(visit, page).words
    with app.app_context():
        assert (
            db.session.scalar(db.select(db.func.count()).where(SurveyAnswer.edited_by.is_not(None)))
            == 1
        )


def test_what_nobody_can_guess_leads_to_where_it_is_put_right(app, visit, zoe, text):
    say(app, text, "five or six")
    page = visit("/inbox/1", "sol")
    assert "Save their answer" in page.words
    assert "for Zoë" not in page.words
    assert "/surveys/1/sessions/1#question-2" in page.text


def test_where_it_is_put_right_the_likely_answer_stands_in_the_field_and_a_way_leads_back(
    app, visit, zoe, text
):
    say(app, text, "we will see")
    page = visit("/surveys/1/sessions/1", "sol")
    assert 'id="value-1-1" value="5"' in " ".join(page.text.split())
    begin = visit.find_person_page("+13035550142").replace("/people/", "/inbox/with/")
    assert f'action="{begin}"' in page.text
    for address in ("/surveys/1", "/surveys/1/answers"):
        assert 'value="5"' not in visit(address, "sol").text, "there the newest text is unmatched"
    say(app, text, "4 and 2 more")
    assert 'value="6"' in visit("/surveys/1", "sol").text


def test_a_mistake_keeps_the_way_back_to_the_conversation(visit, zoe):
    page = visit(
        "/surveys/1/sessions/1/answer",
        "sol",
        position="1",
        value="a lot",
        next="/inbox/1",
    )
    assert page.status_code == 422
    assert dict(page.forms[-1]["fields"])["next"] == "/inbox/1"


def test_not_understood_three_times_it_stands_there_until_somebody_has_looked(
    app, visit, zoe, text
):
    say(app, text, "we will see", "2 and 2")
    assert "did not understand this reply: How many?" in visit("/inbox/1", "sol").words
    visit.post("/inbox/1/no-reply", "sol")
    assert "did not understand" not in visit("/inbox/1", "sol").words


def test_the_live_part_has_it_too_and_whoever_said_stop_has_it_no_more(app, visit, zoe, text):
    assert "Record 5 for Zoë" in visit("/inbox/1/live?mark=other", "sol").words
    with app.app_context():
        add_opt_out(ZOE)
        with write():
            stop_surveys_of_phone(ZOE, text.moment)
    assert "did not understand" not in visit("/inbox/1", "sol").words
