"""A survey is played through on its form before anybody gets it. Nothing of it is kept."""

import pytest

from app.core.clock import now
from app.core.db import db
from app.delivery.models import Message
from app.domain.surveys.question_definitions import (
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.surveys.models import SurveyFlow, SurveySession
from app.surveys.survey_simulator import SurveyDraft, simulate_survey

COMING = SurveyQuestion("Coming?", QuestionType.YES_NO, branches={"no": END_WITHOUT_REGISTRATION})
MANY = SurveyQuestion("How many?", QuestionType.NUMBER, low=1, high=20)
NAME = SurveyQuestion("Your name?", QuestionType.NAME)
THANKS = "Thanks, {first_name|friend}."
OPENING = "Hi friend.\nComing? Reply YES or NO.\nText DONE to leave this survey."


@pytest.fixture(autouse=True)
def inside(shop):
    """Days are read as the organisation does."""


def played(*said, questions=(COMING, MANY, NAME), registers=True):
    return simulate_survey(
        SurveyDraft("PICNIC", "Hi {first_name|friend}.", questions, THANKS, registers),
        said,
        now(),
    )


def ours(phone):
    return [text.body for text in phone.texts if not text.is_from_person]


def test_it_begins_with_the_keyword_and_ends_with_the_last_words():
    phone = played("yes", "2 adults", "Zoë H.")
    assert phone.texts[0].body == "PICNIC"
    assert ours(phone) == [OPENING, "How many?", "Your name?", "Thanks, Zoë."]
    assert [text.note for text in phone.texts if text.is_from_person] == [
        "",
        "Understood: Yes.",
        "Understood: 2.",
        "",
    ]
    assert phone.status_text == "Finished. They are registered for the event."


def test_where_an_answer_leads_past_the_event_it_says_so():
    assert played("no").status_text == "Finished. They are not registered for the event."
    assert played("no", registers=False).status_text == "Finished."


def test_not_understood_is_asked_again_with_a_hint_and_then_a_person_looks():
    phone = played("yes", "a few", "hm", "lots")
    assert [text.note for text in phone.texts if text.is_from_person][2:] == ["Not understood."] * 3
    assert "Please answer with one number from 1 to 20" in ours(phone)[2]
    assert phone.status_text == "Not understood three times: it needs review in your inbox."


@pytest.mark.parametrize(
    ("said", "note", "standing"),
    [
        ("stop please", "This is an opt-out", "They opted out."),
        (
            "who is this?? stop texting me or else",
            "This may be an opt-out",
            "Your inbox asks",
        ),
        ("HELP", "The survey waits", "On question 1 of 3."),
        ("START", "The survey waits", "On question 1 of 3."),
        ("DONE", "", "They ended the survey"),
        ("SKIP", "", "On question 2 of 3."),
    ],
)
def test_words_that_mean_more_than_an_answer(said, note, standing):
    phone = played(said)
    [text_of_person] = [text for text in phone.texts[1:] if text.is_from_person]
    assert note in text_of_person.note
    assert phone.status_text.startswith(standing)


def test_back_and_the_keyword_again():
    assert ours(played("yes", "back")) == [
        OPENING,
        "How many?",
        "Coming? Reply YES or NO.",
    ]
    assert ours(played("yes", "picnic!"))[-1] == f"Starting again.\n{OPENING}"
    assert ours(played("DONE", "picnic"))[-1] == OPENING
    over = played("DONE", "hello?")
    assert over.texts[-1].note.startswith("The survey has ended")
    assert over.suggested_texts == ["PICNIC"]


def test_a_survey_that_cannot_be_asked_is_not_played():
    assert played(questions=()) is None
    assert played(questions=(SurveyQuestion("Which?", QuestionType.CHOICE),)) is None


@pytest.mark.parametrize("ask", list(QuestionType))
def test_everything_it_offers_to_try_can_be_tried(ask):
    question = SurveyQuestion(
        "Which?",
        ask,
        choices=("A", "B", "C", "D", "E") if ask is QuestionType.CHOICE else (),
    )
    phone = played(questions=(question,))
    assert all(played(text, questions=(question,)) for text in phone.suggested_texts)
    assert phone.suggested_texts[-3:] == ["What?", "SKIP", "DONE"]


FORM = {
    "name": "Picnic",
    "trigger_keyword": "picnic",
    "intro_message": "Hi {first_name|friend}.",
} | {
    "questions-0-prompt": "Coming?",
    "questions-0-kind": "yes_no",
    "questions-1-prompt": "How many?",
    "questions-1-kind": "number",
}


def on_form(page):
    return next(dict(form["fields"]) for form in page.forms if form["attrs"].get("id") == "survey")


def test_on_the_form_everything_typed_stays_and_nothing_is_kept(app, visit):
    page = visit("/surveys/add", "sol", **FORM, do="play", say="yes")
    assert "On question 2 of 2." in page.words
    assert "Understood: Yes." in page.words
    fields = on_form(page)
    assert (fields["said"], fields["say"], fields["name"]) == ("yes", "", "Picnic")
    page = visit("/surveys/add", "sol", **FORM, said="yes", do="play:3")
    assert "Finished." in page.words
    page = visit("/surveys/add", "sol", **FORM, said="yes", say="three", do="add")
    assert on_form(page)["say"] == "three", "typed, and not sent yet"
    assert (
        "On question 1 of 2." in visit("/surveys/add", "sol", **FORM, said="yes", do="replay").words
    )
    with app.app_context():
        for kind in (SurveyFlow, SurveySession, Message):
            assert db.session.scalar(db.select(db.func.count()).select_from(kind)) == 0


def test_a_word_that_cannot_begin_it_is_said_beside_it_at_once(visit, make_survey):
    make_survey(COMING, word="PICNIC")
    assert (
        "PICNIC already starts the survey “The picnic”."
        in visit("/surveys/add", "sol", **FORM, do="show").words
    )
    reserved = visit("/surveys/add", "sol", **FORM | {"trigger_keyword": "stop"}, do="show").words
    assert "STOP" in reserved[reserved.index("Try it") :].replace("Text DONE", "")
    assert "already starts" not in visit("/surveys/1/edit", "sol", **FORM, do="show").words


def test_enter_in_the_line_sends_it_without_javascript_too(visit):
    """Enter presses the first button of the form, which is "show"."""
    assert "On question 2 of 2." in visit("/surveys/add", "sol", **FORM, do="show", say="yes").words


def test_markup_and_long_texts_do_no_harm(visit):
    page = visit("/surveys/add", "sol", **FORM, do="play", say="<b>" + "x" * 5000)
    assert "&lt;b&gt;x" in page.text
    assert "<b>xx" not in page.text
    assert "Not understood." in page.words
