"""Surveys are made, changed, opened, closed and deleted on pages."""

import json

import pytest

from app.audit.models import AuditEvent
from app.core.db import db, write
from app.domain.surveys.question_definitions import (
    QuestionType,
    SurveyQuestion,
    parse_questions,
)
from app.events.models import Event
from app.keywords.models import KeywordRule
from app.surveys.models import SurveyFlow
from tests.sample_people import ZOE

PLAIN = {
    "name": "Spring picnic",
    "trigger_keyword": "picnic",
    "intro_message": "Welcome.",
    "questions": "Are you coming?\nHow many?",
    "completion_message": "See you there.",
}
CARDS = {
    "name": "Spring picnic",
    "trigger_keyword": "Picnic!",
    "intro_message": "",
    "completion_message": "",
    "questions-0-prompt": "Coming?",
    "questions-0-kind": "yes_no",
    "questions-0-ways-0-answer": "yes",
    "questions-0-ways-0-to": "",
    "questions-0-ways-1-answer": "no",
    "questions-0-ways-1-to": "3",
    "questions-1-prompt": "How many?",
    "questions-1-kind": "number",
    "questions-1-low": "1",
    "questions-1-high": "20",
    "questions-1-required": "y",
    "questions-1-hint": "Count the kids too.",
    "questions-2-prompt": "What do you bring?",
    "questions-2-kind": "choice",
    "questions-2-choices": "Pizza\r\n  Green   salad\r\n\r\nCake",
}


@pytest.fixture
def flows(app):
    def read():
        with app.app_context():
            return db.session.scalars(db.select(SurveyFlow).order_by(SurveyFlow.id)).all()

    return read


def test_a_plain_post_makes_a_survey_of_free_words(visit, flows):
    """The fields of the contract."""
    done = visit("/surveys/add", "sol", **PLAIN)
    (flow,) = flows()
    assert (done.status_code, done.location) == (303, f"/surveys/{flow.id}")
    assert (flow.trigger_keyword, flow.intro_message, flow.completion_message) == (
        "PICNIC",
        "Welcome.",
        "See you there.",
    )
    assert json.loads(flow.questions_json) == ["Are you coming?", "How many?"]
    assert (flow.is_active, flow.timeout_hours, flow.nudge_hours) == (True, 24, 4)
    page = visit(done.location, "sol")
    assert "Spring picnic" in page.words
    assert "No one has started it yet." in page.words


def test_cards_make_typed_questions(visit, flows):
    assert visit("/surveys/add", "ada", **CARDS).status_code == 303
    assert parse_questions(flows()[0].questions_json) == (
        SurveyQuestion("Coming?", QuestionType.YES_NO, branches={"no": 3}),
        SurveyQuestion(
            "How many?",
            QuestionType.NUMBER,
            low=1,
            high=20,
            required=True,
            hint="Count the kids too.",
        ),
        SurveyQuestion(
            "What do you bring?",
            QuestionType.CHOICE,
            choices=("Pizza", "Green salad", "Cake"),
        ),
    )


def test_what_was_made_comes_back_on_the_form_and_saves_unchanged(visit, flows):
    visit("/surveys/add", "ada", **CARDS)
    before = flows()[0].questions_json
    page = visit("/surveys/1/edit", "ada")
    assert '<option selected value="3">question 3</option>' in page.text
    assert visit("/surveys/1/edit", "ada", **CARDS).status_code == 303
    assert flows()[0].questions_json == before
    with visit.app.app_context():
        details = db.session.scalar(
            db.select(AuditEvent.details).where(AuditEvent.verb == "survey.changed")
        )
    assert json.loads(details) == {"changed": []}


def test_what_a_form_does_not_speak_of_stays(visit, flows):
    visit("/surveys/add", "ada", **CARDS, new_event="Picnic in May")
    before = flows()[0]
    assert visit("/surveys/1/edit", "ada", name="Another name").status_code == 303
    after = flows()[0]
    assert after.name == "Another name"
    for column in (
        "questions_json",
        "trigger_keyword",
        "linked_event_id",
        "timeout_hours",
        "nudge_hours",
    ):
        assert getattr(after, column) == getattr(before, column)


# case B28
def test_mistakes_are_said_and_everything_typed_is_still_there(visit, flows):
    """B28: no questions, 200 of them, 2,000 characters, " stop " and its family."""
    for change, sentence in [
        ({"name": ""}, "Enter a name."),
        ({"trigger_keyword": ""}, "Enter a word made of letters or digits."),
        ({"trigger_keyword": " stop "}, "STOP"),
        ({"trigger_keyword": "ＳＴＡＲＴ"}, "START"),
        ({"trigger_keyword": "done"}, "DONE"),
        ({"questions": " \n "}, "Add at least one question."),
        (
            {"questions": "\n".join(f"Question {n}?" for n in range(200))},
            "This one has 200.",
        ),
        ({"questions": "?" * 2000}, "This question has 2,000 characters."),
        ({"questions": "Hi {nick}?"}, "{nick} is not a placeholder"),
        ({"intro_message": "x" * 1601}, "A text can have up to 1,600."),
        ({"completion_message": "x" * 1601}, "This text has 1,601 characters."),
        ({"linked_event_id": "4711"}, "That event was deleted."),
        ({"timeout_hours": "0"}, "Enter a number of hours from 1 to 720."),
        ({"nudge_hours": "24"}, "Choose a time before the time limit"),
    ]:
        page = visit("/surveys/add", "ada", **(PLAIN | change))
        assert page.status_code == 422, change
        assert sentence in page.words, change
        for value in ("Welcome.", "See you there.") if "intro_message" not in change else ():
            assert (
                value in page.text or value in change.values() or "completion_message" in change
            ), change
        assert flows() == [], change


# case B28
def test_a_keyword_that_starts_something_already(visit, flows):
    """B28: the same word in another case, with spaces, full-width."""
    visit("/surveys/add", "ada", **PLAIN)
    for word in ("picnic", "PICNIC", " Picnic ", "ＰＩＣＮＩＣ", "picnic!", "pic\u200bnic"):
        fields = PLAIN | {"name": "Another", "trigger_keyword": word}
        page = visit("/surveys/add", "ada", **fields)
        assert page.status_code == 422, word
        assert "PICNIC already starts the survey “Spring picnic”." in page.words, word
    assert len(flows()) == 1


def test_a_word_of_a_keyword_is_taken_too(app, visit):
    with app.app_context(), write() as session:
        session.add(KeywordRule(keyword="PICNIC", response_body="Hi"))
    page = visit("/surveys/add", "ada", **PLAIN)
    assert "PICNIC is a keyword already" in page.words


def test_a_name_is_there_once(visit):
    visit("/surveys/add", "ada", **PLAIN)
    page = visit(
        "/surveys/add",
        "ada",
        **(PLAIN | {"name": "spring PICNIC", "trigger_keyword": "other"}),
    )
    assert "Another survey has this name." in page.words


def test_buttons_add_move_and_remove_and_keep_everything_typed(visit, flows):
    page = visit("/surveys/add", "ada", **CARDS, do="add")
    assert page.status_code == 200
    assert "Question 4" in page.words
    moved = visit("/surveys/add", "ada", **CARDS, do="up:2").fields()
    assert [moved["questions-1-low"], moved["questions-2-low"]] == ["", "1"]
    page = visit("/surveys/add", "ada", **CARDS, do="up:2")
    assert '<option selected value="2">question 2</option>' in page.text
    assert page.text.index("Green salad") < page.text.index("How many?")
    page = visit("/surveys/add", "ada", **CARDS, do="remove:2")
    assert "Green salad" not in page.text
    assert "Question 3" not in page.words
    for nonsense in ("remove:99", "up:0", "down:2", "up:-1", "explode", "remove:x"):
        assert "Green salad" in visit("/surveys/add", "ada", **CARDS, do=nonsense).text
    assert flows() == []


def test_it_shows_how_it_reads(visit):
    page = visit("/surveys/add", "ada", **CARDS, do="show")
    assert "Coming? Reply YES or NO. Text DONE to leave this survey." in page.words
    assert "What do you bring? 1 Pizza 2 Green salad 3 Cake" in page.words


def test_an_event_is_linked_or_made_with_it(app, visit, flows):
    visit("/surveys/add", "ada", **PLAIN, new_event="Picnic in May")
    with app.app_context():
        event = db.session.scalar(db.select(Event).where(Event.title == "Picnic in May"))
    assert flows()[0].linked_event_id == event.id
    page = visit(f"/events/{event.id}", "ada")
    assert "People who text PICNIC and finish Spring picnic are registered." in page.words
    page = visit(
        "/surveys/1/edit",
        "ada",
        **PLAIN,
        new_event="Other",
        linked_event_id=str(event.id),
    )
    assert "Choose an event, or name a new one, not both." in page.words


def test_closed_and_opened(visit, flows, text):
    visit("/surveys/add", "ada", **PLAIN)
    text(ZOE, "picnic")
    page = visit("/surveys/1/deactivate", "sol", follow=True, _="")
    assert (
        "Survey closed. The keyword no longer starts it. 1 person still answering can finish."
        in page.words
    )
    assert not flows()[0].is_active
    visit("/surveys/1/edit", "ada", **PLAIN)
    assert not flows()[0].is_active
    visit.post("/surveys/1/activate", "sol")
    assert flows()[0].is_active
    visit("/surveys/1/edit", "ada", **PLAIN, is_active="0")
    assert not flows()[0].is_active


def test_editing_says_how_many_are_in_the_middle(visit, text):
    visit("/surveys/add", "ada", **PLAIN)
    text(ZOE, "picnic")
    assert "1 person is answering now" in visit("/surveys/1/edit", "ada").words


def test_only_an_admin_deletes_and_sees_first_what_goes(visit, text, flows):
    visit("/surveys/add", "ada", **PLAIN)
    text.get_replies(ZOE, "picnic", "yes", "4")
    assert visit("/surveys/1/delete", "sol").status_code == 403
    page = visit("/surveys/1/delete", "ada")
    assert "Delete survey and 2 answers" in page.words
    done = visit("/surveys/1/delete", "ada", follow=True, _="")
    assert "Spring picnic was deleted, with 2 answers." in done.words
    assert flows() == []
    assert visit("/surveys/1", "ada").status_code == 404


def test_deleting_takes_a_survey_off_its_event_and_keeps_the_event(visit, flows):
    visit("/surveys/add", "ada", **PLAIN, new_event="Picnic in May")
    page = visit("/surveys/1/delete", "ada")
    assert "Picnic in May and its registrations are kept." in page.words
    assert visit.post("/surveys/1/delete", "ada").status_code == 303
    assert flows() == []
    assert "Picnic in May" in visit("/events/1", "ada").words


def test_starters(visit):
    assert "Who is coming" in visit("/surveys", "ada").words
    for start in ("coming", "poll", "needs", "nonsense"):
        assert visit(f"/surveys/add?start={start}", "ada").status_code == 200
