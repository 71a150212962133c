"""Whoever finishes a survey is put into its group, and into those of their answers."""

import json

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.domain.surveys.question_definitions import (
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
    parse_questions,
    serialize_questions,
)
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.models import ContactGroup, GroupMembership, GroupTexters
from app.surveys.models import SurveyFlow
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_opt_out

SING = SurveyQuestion("Can you sing?", QuestionType.YES_NO, groups={"yes": 2})
DAY = SurveyQuestion(
    "Which day?", QuestionType.CHOICE, choices=("Monday", "Friday"), groups={"Friday": 3}
)
FORM = {
    "name": "Helpers",
    "trigger_keyword": "HELPERS",
    "questions-0-prompt": "Can you sing?",
    "questions-0-kind": "yes_no",
    "questions-0-ways-0-answer": "yes",
    "questions-0-ways-0-group": "2",
    "questions-0-ways-1-answer": "no",
    "questions-0-ways-1-group": "",
}


@pytest.fixture
def groups(app):
    """The groups Everyone (1), Choir (2) and Fridays (3), without people."""
    with app.app_context(), write():
        for name in ("Everyone", "Choir", "Fridays"):
            create_group(GroupInfo(name))


@pytest.fixture
def people_by_group(app):
    """Call it for {group: [phone, …]} of those who came in by a survey and are in it now."""

    def read():
        row = GroupMembership
        statement = db.select(row.group_id, row.phone).where(
            row.until.is_(None), row.source == "survey"
        )
        with app.app_context():
            people = {}
            for group_id, phone in db.session.execute(statement.order_by(row.id)):
                people.setdefault(group_id, []).append(phone)
            return people

    return read


@pytest.mark.usefixtures("groups")
def test_whoever_finishes_is_in_the_group_of_the_survey_and_of_each_answer(
    make_survey, text, people_by_group
):
    make_survey(SING, DAY, group_id=1)
    text.get_replies(ZOE, "picnic", "yes", "friday")
    text.get_replies(LEO, "picnic", "no", "friday")
    text.get_replies(MIA, "picnic", "yes")
    assert people_by_group() == {1: [ZOE, LEO], 2: [ZOE], 3: [ZOE, LEO]}
    # Again from the start: nobody is doubled, and the other answer adds to no group.
    text.get_replies(ZOE, "picnic", "no", "monday")
    assert people_by_group() == {1: [ZOE, LEO], 2: [ZOE], 3: [ZOE, LEO]}


@pytest.mark.usefixtures("groups")
def test_the_last_answer_counts_and_the_other_end_joins_no_group(
    make_survey, text, people_by_group
):
    leaves = SurveyQuestion(
        "Join us?", QuestionType.YES_NO, branches={"no": END_WITHOUT_REGISTRATION}
    )
    make_survey(SING, DAY, leaves, group_id=1)
    text.get_replies(ZOE, "picnic", "yes", "back", "no", "monday", "no")
    assert people_by_group() == {}
    text.get_replies(LEO, "picnic", "no", "friday", "no")
    assert people_by_group() == {3: [LEO]}


@pytest.mark.usefixtures("groups")
def test_an_archived_or_deleted_group_takes_no_one_and_the_survey_goes_on(
    app, visit, make_survey, text, people_by_group
):
    make_survey(SING, group_id=1)
    with app.app_context(), write() as session:
        session.get(ContactGroup, 1).archived_at = now()
        session.delete(session.get(ContactGroup, 2))
    assert "adds to Everyone" in visit("/surveys/1", "sol").words
    assert "“Everyone” is archived, so this survey adds no one" in visit("/surveys/1", "sol").words
    assert text.get_replies(ZOE, "picnic", "yes") == ["See you there."]
    assert people_by_group() == {}


@pytest.mark.usefixtures("groups")
def test_who_has_opted_out_is_in_the_group_and_stays_opted_out(
    app, make_survey, text, people_by_group
):
    make_survey(SING)
    text.get_replies(ZOE, "picnic")
    with app.app_context():
        add_opt_out(ZOE)
    text(ZOE, "yes")
    with app.app_context():
        assert db.session.scalar(db.text("SELECT count(*) FROM unsubscribed_contacts")) == 1


@pytest.mark.usefixtures("groups")
def test_the_form_keeps_the_groups_and_other_programs_read_the_questions(app, visit):
    page = visit("/surveys/add", "sol", group_id="1", follow=True, **FORM)
    assert page.status_code == 200
    with app.app_context():
        survey = db.session.scalars(db.select(SurveyFlow)).one()
        assert survey.group_id == 1
        assert json.loads(survey.questions_json) == [
            {"prompt": "Can you sing?", "type": "yes_no", "groups": {"yes": 2}}
        ]
    page = visit("/surveys/1/edit", "sol")
    assert "Everyone who finishes is added to it." in page.words
    assert '<option selected value="2">Choir</option>' in page.text
    # A button of the form keeps them; the contract's fields alone do too.
    page = visit("/surveys/1/edit", "sol", **FORM, group_id="1", do="add")
    assert '<option selected value="2">Choir</option>' in page.text
    visit("/surveys/1/edit", "sol", name="Helpers too")
    with app.app_context():
        survey = db.session.scalars(db.select(SurveyFlow)).one()
        assert survey.group_id == 1
        assert parse_questions(survey.questions_json)[0].groups == {"yes": 2}


@pytest.mark.usefixtures("groups")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"group_id": "99"}, "That group was deleted."),
        ({"group_id": "3"}, "Only admins change who is in that group."),
        ({"questions-0-ways-0-group": "99"}, "Question 1: That group was deleted."),
        ({"questions-0-ways-0-group": "3"}, "Question 1: Only admins change who is in that group."),
    ],
)
def test_a_group_that_cannot_be_chosen_is_said(app, visit, fields, sentence):
    with app.app_context(), write() as session:
        session.get(ContactGroup, 3).who_may_text = GroupTexters.ADMINS
    page = visit("/surveys/add", "sol", **FORM | fields)
    assert page.status_code == 422
    assert sentence in page.words


def test_questions_with_groups_are_written_and_read_alike():
    assert parse_questions(serialize_questions([SING, DAY])) == (SING, DAY)
    stored = '[{"prompt": "A?", "type": "yes_no", "groups": {"yes": "2", "no": true, "x": 1}}]'
    assert parse_questions(stored)[0].groups == {"x": 1}
    assert parse_questions('[{"prompt": "A?", "groups": [2]}]')[0].groups == {}
