"""A keyword that starts a survey, with every room in its place: by the signed door, and what
happens in between.
"""

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.domain.surveys.question_definitions import (
    QuestionType,
    SurveyQuestion,
    serialize_questions,
)
from app.keywords.actions import keyword_rules
from app.keywords.models import KeywordAction
from app.surveys.actions import surveys
from app.surveys.actions.surveys import SurveyInfo
from app.surveys.models import SurveyFlow, SurveySession
from tests.sample_people import LEO, ZOE
from tests.webhooks.calls import verdicts
from tests.webhooks.test_inbound_routing import answers, say, thread

COMING = SurveyQuestion("Coming?", QuestionType.YES_NO)
HOW_MANY = SurveyQuestion("How many?", QuestionType.NUMBER)
OPENING = "Welcome.\nComing? Reply YES or NO.\nText DONE to leave this survey."


@pytest.fixture
def lunch(sandbox_app):
    """The survey FOOD, which the keyword LUNCH starts too.

    Call `lunch("Here we go.")`: (keyword's id, survey's id).
    """

    def make(answer):
        with sandbox_app.app_context(), write():
            food = surveys.create_survey(
                SurveyInfo("Lunch", "FOOD", "Welcome.", (COMING, HOW_MANY), "See you.", None)
            ).id
            starts = keyword_rules.KeywordInfo(
                "LUNCH", answer, action=KeywordAction.START_SURVEY, survey_id=food
            )
            return keyword_rules.create_keyword_rule(starts, [], "ada").id, food

    return make


def bodies(app, phone=ZOE):
    return [body for _, _, body in answers(app, phone)]


def standing(app, phone=ZOE):
    """Status with each survey they began."""
    with app.app_context():
        rows = (
            db.select(SurveySession.status)
            .where(SurveySession.phone == phone)
            .order_by(SurveySession.id)
        )
        return [status.value for status in db.session.scalars(rows)]


def test_it_answers_begins_the_survey_and_every_answer_finds_its_question(sandbox_app, lunch):
    lunch("Here we go.")
    for number, body in enumerate(["lunch!", "yes", "three"]):
        say(sandbox_app, body, number)
    assert bodies(sandbox_app) == ["Here we go.", OPENING, "How many?", "See you."]
    assert (standing(sandbox_app), verdicts(sandbox_app)) == (
        ["completed"],
        ["keyword", "survey_answered", "survey_finished"],
    )
    assert thread(sandbox_app) == (False, None)


def test_the_keyword_and_the_surveys_own_word_begin_the_same_survey_again(sandbox_app, lunch):
    lunch(None)
    say(sandbox_app, "lunch")
    say(sandbox_app, "yes", 2)
    say(sandbox_app, "food", 3)
    assert bodies(sandbox_app) == [OPENING, "How many?", f"Starting again.\n{OPENING}"]
    assert standing(sandbox_app) == ["restarted", "active"]


@pytest.mark.parametrize(("answer", "said"), [("Here we go.", ["Here we go."]), (None, [])])
def test_closed_in_between_nobody_begins_and_whoever_is_in_the_middle_finishes(
    sandbox_app, lunch, answer, said
):
    _, food = lunch(answer)
    say(sandbox_app, "lunch")
    with sandbox_app.app_context(), write():
        assert surveys.set_survey_active(food, is_active=False) == 1
    say(sandbox_app, "lunch", 2, phone=LEO)
    assert (bodies(sandbox_app, LEO), standing(sandbox_app, LEO)) == (said, [])
    assert thread(sandbox_app, LEO)[0] is (answer is None), "what nothing answers a person sees"
    say(sandbox_app, "yes", 3)
    say(sandbox_app, "2", 4)
    assert (bodies(sandbox_app)[-1], standing(sandbox_app)) == ("See you.", ["completed"])


@pytest.mark.parametrize(("answer", "said"), [("Here we go.", ["Here we go."]), (None, [])])
def test_the_survey_deleted_in_between_leaves_the_keyword_its_answer_and_texts_to_a_person(
    sandbox_app, lunch, answer, said
):
    _, food = lunch(answer)
    say(sandbox_app, "lunch")
    with sandbox_app.app_context(), write():
        surveys.delete_survey_with_answers(food)
    say(sandbox_app, "yes", 2)
    assert verdicts(sandbox_app)[-1] == "stored"
    assert thread(sandbox_app) == (True, None)
    say(sandbox_app, "lunch", 3, phone=LEO)
    assert (bodies(sandbox_app, LEO), thread(sandbox_app, LEO)[0]) == (said, answer is None)


@pytest.mark.parametrize("gone", ["deleted", "off", "over"])
def test_the_keyword_gone_in_between_ends_nothing_that_it_began(sandbox_app, lunch, gone):
    rule_id, food = lunch("Here we go.")
    say(sandbox_app, "lunch")
    with sandbox_app.app_context(), write():
        if gone == "deleted":
            keyword_rules.delete_keyword_rule(rule_id)
        else:
            more = {"is_active": False} if gone == "off" else {"active_until": now()}
            starts = keyword_rules.KeywordInfo(
                "LUNCH", "x", action=KeywordAction.START_SURVEY, survey_id=food, **more
            )
            keyword_rules.update_keyword_rule(rule_id, starts, [])
    say(sandbox_app, "yes", 2)
    say(sandbox_app, "2", 3)
    assert standing(sandbox_app) == ["completed"]
    say(sandbox_app, "lunch", 4, phone=LEO)
    assert (bodies(sandbox_app, LEO), thread(sandbox_app, LEO)) == ([], (True, None))


@pytest.mark.parametrize("word", ["food", "lunch"])
def test_whoever_said_stop_begins_no_survey_that_they_would_not_get(sandbox_app, lunch, word):
    """Nothing is counted as started, nothing waits for an answer that cannot be asked, and a
    person sees it.
    """
    _, food = lunch("Here we go.")
    say(sandbox_app, "STOP")
    say(sandbox_app, word, 2)
    assert (len(bodies(sandbox_app)), standing(sandbox_app)) == (1, [])
    assert thread(sandbox_app) == (True, None)
    with sandbox_app.app_context():
        assert db.session.get(SurveyFlow, food).start_count == 0


def test_a_survey_without_questions_begins_nothing(sandbox_app, lunch):
    _, food = lunch(None)
    with sandbox_app.app_context(), write():
        db.session.get(SurveyFlow, food).questions_json = serialize_questions([])
    say(sandbox_app, "lunch")
    assert (bodies(sandbox_app), standing(sandbox_app), thread(sandbox_app)) == (
        [],
        [],
        (True, None),
    )
