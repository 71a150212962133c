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
from tests.webhooks.test_router import answers, say, thread

COMING = SurveyQuestion("Coming?", QuestionType.YES_NO)
HOW_MANY = SurveyQuestion("How many?", QuestionType.NUMBER)
OPENING = "Welcome.\nComing? Reply YES or NO.\nText DONE to leave this survey."


@pytest.fixture
def lunch(practice):
    """The survey FOOD, which the keyword LUNCH starts too.

    Call `lunch("Here we go.")`: (keyword's id, survey's id).
    """

    def make(answer):
        with practice.app_context(), write():
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
    """How they stand with each survey they began."""
    with app.app_context():
        rows = (
            db.select(SurveySession.status)
            .where(SurveySession.phone == phone)
            .order_by(SurveySession.id)
        )
        return [status.value for status in db.session.scalars(rows)]


def test_it_answers_begins_the_survey_and_every_answer_finds_its_question(practice, lunch):
    lunch("Here we go.")
    for number, body in enumerate(["lunch!", "yes", "three"]):
        say(practice, body, number)
    assert bodies(practice) == ["Here we go.", OPENING, "How many?", "See you."]
    assert (standing(practice), verdicts(practice)) == (
        ["completed"],
        ["keyword", "survey_answered", "survey_finished"],
    )
    assert thread(practice) == (False, None)


def test_the_keyword_and_the_surveys_own_word_begin_the_same_survey_again(practice, lunch):
    lunch(None)
    say(practice, "lunch")
    say(practice, "yes", 2)
    say(practice, "food", 3)
    assert bodies(practice) == [OPENING, "How many?", f"Starting again.\n{OPENING}"]
    assert standing(practice) == ["restarted", "active"]


@pytest.mark.parametrize(("answer", "said"), [("Here we go.", ["Here we go."]), (None, [])])
def test_closed_in_between_nobody_begins_and_whoever_is_in_the_middle_finishes(
    practice, lunch, answer, said
):
    _, food = lunch(answer)
    say(practice, "lunch")
    with practice.app_context(), write():
        assert surveys.set_survey_active(food, is_active=False) == 1
    say(practice, "lunch", 2, phone=LEO)
    assert (bodies(practice, LEO), standing(practice, LEO)) == (said, [])
    assert thread(practice, LEO)[0] is (answer is None), "what nothing answers a person sees"
    say(practice, "yes", 3)
    say(practice, "2", 4)
    assert (bodies(practice)[-1], standing(practice)) == ("See you.", ["completed"])


@pytest.mark.parametrize(("answer", "said"), [("Here we go.", ["Here we go."]), (None, [])])
def test_the_survey_deleted_in_between_leaves_the_keyword_its_answer_and_texts_to_a_person(
    practice, lunch, answer, said
):
    _, food = lunch(answer)
    say(practice, "lunch")
    with practice.app_context(), write():
        surveys.delete_survey_with_answers(food)
    say(practice, "yes", 2)
    assert verdicts(practice)[-1] == "stored"
    assert thread(practice) == (True, None)
    say(practice, "lunch", 3, phone=LEO)
    assert (bodies(practice, LEO), thread(practice, LEO)[0]) == (said, answer is None)


@pytest.mark.parametrize("gone", ["deleted", "off", "over"])
def test_the_keyword_gone_in_between_ends_nothing_that_it_began(practice, lunch, gone):
    rule_id, food = lunch("Here we go.")
    say(practice, "lunch")
    with practice.app_context(), write():
        if gone == "deleted":
            keyword_rules.delete_keyword_rule(rule_id)
        else:
            more = {"is_active": False} if gone == "off" else {"active_until": now()}
            starts = keyword_rules.KeywordInfo(
                "LUNCH", "x", action=KeywordAction.START_SURVEY, survey_id=food, **more
            )
            keyword_rules.update_keyword_rule(rule_id, starts, [])
    say(practice, "yes", 2)
    say(practice, "2", 3)
    assert standing(practice) == ["completed"]
    say(practice, "lunch", 4, phone=LEO)
    assert (bodies(practice, LEO), thread(practice, LEO)) == ([], (True, None))


@pytest.mark.parametrize("word", ["food", "lunch"])
def test_whoever_said_stop_begins_no_survey_that_they_would_not_get(practice, lunch, word):
    """Nothing is counted as started, nothing waits for an answer that cannot be asked, and a
    person sees it.
    """
    _, food = lunch("Here we go.")
    say(practice, "STOP")
    say(practice, word, 2)
    assert (len(bodies(practice)), standing(practice)) == (1, [])
    assert thread(practice) == (True, None)
    with practice.app_context():
        assert db.session.get(SurveyFlow, food).start_count == 0


def test_a_survey_without_questions_begins_nothing(practice, lunch):
    _, food = lunch(None)
    with practice.app_context(), write():
        db.session.get(SurveyFlow, food).questions_json = serialize_questions([])
    say(practice, "lunch")
    assert (bodies(practice), standing(practice), thread(practice)) == (
        [],
        [],
        (True, None),
    )
