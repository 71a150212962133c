"""People answer surveys by text."""

import threading
from datetime import timedelta

import pytest

from app.core.db import db, write
from app.domain.surveys.question_definitions import (
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.domain.surveys.survey_words import SurveyPhrase, say
from app.events.models import EventRegistration
from app.surveys.actions import survey_text_handling
from tests.sample_people import LEO, MIA, ZOE
from tests.surveys.survey_conversations import NOON

COMING = SurveyQuestion("Coming?", QuestionType.YES_NO, branches={"no": END_WITHOUT_REGISTRATION})
MANY = SurveyQuestion("How many?", QuestionType.NUMBER, low=1, high=20)
NAME = SurveyQuestion("Your name?", QuestionType.NAME)
ELSE = SurveyQuestion("Anything else?")


def answers_given(rows):
    return [(row.position, row.state.value, row.body, row.value) for row in rows("answers")]


def statuses(rows):
    return [row.status.value for row in rows("sessions")]


def test_a_keyword_begins_it_and_answers_lead_to_the_end(make_survey, text, rows):
    survey = make_survey(COMING, MANY)
    result = text(ZOE, " Picnic! ", name="Zoë")
    assert result.replies == ["Welcome.\nComing? Reply YES or NO.\nText DONE to leave this survey."]
    assert text.get_replies(ZOE, "yes") == ["How many?"]
    assert text.get_replies(ZOE, "we are 4") == ["See you there."]
    assert answers_given(rows) == [
        (0, "answered", "yes", "yes"),
        (1, "answered", "we are 4", "4"),
    ]
    assert statuses(rows) == ["completed"]
    flow = rows("survey", survey)
    assert (flow.start_count, flow.completion_count) == (1, 1)


def test_nothing_of_this_is_for_somebody_who_answers_no_survey(make_survey, text):
    make_survey(COMING)
    assert text(ZOE, "hello") is None
    assert text(ZOE, "picnic please") is None
    assert text(ZOE, "yes") is None


def test_a_closed_survey_begins_nothing_but_who_is_in_the_middle_may_finish(
    app, make_survey, text, rows
):
    survey = make_survey(COMING, ELSE)
    text(ZOE, "picnic")
    with app.app_context(), write():
        rows_flow = db.session.get(type(rows("survey", survey)), survey)
        rows_flow.is_active = False
    assert text(LEO, "picnic") is None
    assert text.get_replies(ZOE, "yes", "cake") == ["See you there."]


def test_names_are_filled_in(make_survey, text):
    make_survey(
        NAME,
        SurveyQuestion("{first_name}, anything else?"),
        intro_message="Hi {first_name|friend}.",
    )
    assert text.get_replies(ZOE, "picnic")[0].startswith("Hi friend.\n")
    assert text.get_replies(ZOE, "I'm Zoë Hernández") == ["Zoë, anything else?"]


def test_who_finishes_is_registered_with_the_name_they_gave(make_survey, make_event, text, rows):
    make_survey(COMING, NAME, linked_event_id=make_event())
    text.get_replies(ZOE, "picnic", "yes", "Zoë H.", name="Zoë of the list")
    text.get_replies(LEO, "picnic", "yes", "skip", name="Leo of the list")
    assert [(row.phone, row.name) for row in rows("registrations")] == [
        (ZOE, "Zoë H."),
        (LEO, "Leo of the list"),
    ]


def test_no_is_no_registration_and_twice_is_once(make_survey, make_event, text, rows):
    make_survey(COMING, NAME, linked_event_id=make_event())
    assert text.get_replies(MIA, "picnic", "no") == ["See you there."]
    text.get_replies(ZOE, "picnic", "yes", "Zoë")
    text.get_replies(ZOE, "picnic", "yes", "Zoë Hernández")
    assert [(row.phone, row.name) for row in rows("registrations")] == [(ZOE, "Zoë Hernández")]
    assert statuses(rows) == ["completed"] * 3


def test_a_name_of_the_event_is_not_overwritten_by_one_of_a_list(
    app, make_survey, make_event, text, rows
):
    event = make_event()
    with app.app_context(), write() as session:
        session.add(EventRegistration(event_id=event, phone=ZOE, name="Zoë H."))
    make_survey(COMING, linked_event_id=event)
    text.get_replies(ZOE, "picnic", "yes", name="Somebody else")
    assert [row.name for row in rows("registrations")] == ["Zoë H."]


def test_not_understood_twice_is_asked_again_then_a_person_looks(make_survey, text, rows):
    make_survey(COMING, MANY)
    text.get_replies(ZOE, "picnic", "yes")
    hint = (
        "Please answer with one number from 1 to 20, in digits. "
        "Text SKIP to pass it, DONE to leave.\nHow many?"
    )
    assert [text.get_replies(ZOE, body) for body in ("a few", "2 adults and 3 kids")] == [
        [hint],
        [hint],
    ]
    result = text(ZOE, "five or six")
    assert (result.replies, result.needs_person) == ([say(SurveyPhrase.HANDED_OVER)], "unclear")
    assert statuses(rows) == ["handed_over"]
    assert [row.body for row in rows("answers") if row.state.value == "unclear"] == [
        "a few",
        "2 adults and 3 kids",
        "five or six",
    ]
    assert text(ZOE, "hello?") is None


def test_done_leaves_the_survey_and_not_the_list(make_survey, text, rows):
    make_survey(COMING, MANY)
    assert text.get_replies(ZOE, "picnic", "yes", "done") == [say(SurveyPhrase.LEFT)]
    assert statuses(rows) == ["left"]
    assert answers_given(rows) == [(0, "answered", "yes", "yes")]


def test_stop_ends_whatever_is_being_answered(app, make_survey, text, rows):
    make_survey(COMING)
    text(ZOE, "picnic")
    with app.app_context(), write():
        survey_text_handling.stop_surveys_of_phone(ZOE, text.moment)
    assert statuses(rows) == ["stopped"]
    assert text(ZOE, "yes") is None


def test_back_and_a_new_answer_keep_what_was_said_before(make_survey, text, rows):
    make_survey(COMING, MANY)
    text.get_replies(ZOE, "picnic", "no", "picnic", "yes", "back", "👍", "4")
    answer = rows("answers")[1]
    assert (answer.value, answer.value_before, answer.body) == ("yes", "yes", "👍")


def test_a_text_that_may_mean_stop_is_no_free_words(make_survey, text):
    make_survey(ELSE)
    text(ZOE, "picnic")
    assert text(ZOE, "leave me alone", doubtful=True) is None
    assert text.get_replies(ZOE, "we bring cake") == ["See you there."]


def test_a_word_that_starts_something_is_no_free_words_unless_nothing_starts(
    app, make_survey, text, rows
):
    make_survey(ELSE)
    other = make_survey(COMING, word="LUNCH")
    assert text.get_replies(ZOE, "picnic", "lunch")[0].startswith("Welcome.\nComing?")
    assert statuses(rows) == ["left", "active"]
    with app.app_context(), write() as session:
        session.get(type(rows("survey", other)), other).is_active = False
    assert text.get_replies(LEO, "picnic", "lunch") == ["See you there."]


def test_the_keyword_again_starts_again_and_says_so(make_survey, text, rows):
    survey = make_survey(COMING, MANY)
    text.get_replies(ZOE, "picnic", "yes")
    assert text.get_replies(ZOE, "picnic")[0].startswith("Starting again.\nWelcome.\n")
    assert statuses(rows) == ["restarted", "active"]
    assert rows("survey", survey).start_count == 2
    assert answers_given(rows) == [(0, "answered", "yes", "yes")]


def test_the_keyword_twice_within_seconds_is_once(make_survey, text, rows):
    survey = make_survey(COMING)
    text(ZOE, "picnic")
    assert text.get_replies(ZOE, "PICNIC", seconds=3) == []
    assert rows("survey", survey).start_count == 1


def test_a_quick_double_answer_is_no_answer_to_the_next_question(make_survey, text, rows):
    make_survey(COMING, SurveyQuestion("Bringing cake?", QuestionType.YES_NO))
    text.get_replies(ZOE, "picnic", "yes")
    assert text.get_replies(ZOE, "Yes!", seconds=4) == []
    assert answers_given(rows) == [(0, "answered", "yes", "yes"), (1, "repeated", "Yes!", None)]
    assert text.get_replies(ZOE, "yes", seconds=60) == ["See you there."]


def test_nor_is_a_double_last_answer_something_new(make_survey, text, rows):
    make_survey(COMING)
    text.get_replies(ZOE, "picnic", "yes")
    assert text(ZOE, "yes", seconds=5).verdict == "survey_repeated"
    assert text(ZOE, "yes", seconds=60) is None


def test_a_double_that_was_not_understood_is_one_miss(make_survey, text, rows):
    make_survey(COMING)
    text.get_replies(ZOE, "picnic", "banana")
    assert text.get_replies(ZOE, "banana", seconds=2) == []
    assert rows("sessions")[0].misses == 1


def test_after_the_time_out_a_text_begins_nothing(make_survey, text, rows):
    make_survey(COMING, MANY, timeout_hours=24)
    text.get_replies(ZOE, "picnic", "yes")
    text.wait(hours=24)
    assert text(ZOE, "4") is None
    assert statuses(rows) == ["timed_out"]


def test_the_keyword_after_the_time_out_goes_on_where_they_were(make_survey, text, rows):
    survey = make_survey(COMING, MANY)
    text.get_replies(ZOE, "picnic", "yes")
    text.wait(hours=30)
    text(ZOE, "hello?")
    assert text.get_replies(ZOE, "picnic") == ["Welcome back. This is where you were.\nHow many?"]
    assert text.get_replies(ZOE, "4") == ["See you there."]
    assert (statuses(rows), rows("survey", survey).start_count) == (["completed"], 1)


def test_editing_changes_nothing_for_who_is_in_the_middle(app, make_survey, text, rows):
    survey = make_survey(COMING, MANY)
    text.get_replies(ZOE, "picnic", "yes")
    with app.app_context(), write() as session:
        row = session.get(type(rows("survey", survey)), survey)
        row.questions_json, row.completion_message = '["Other?"]', "Other end."
    assert text.get_replies(ZOE, "4") == ["See you there."]
    assert text.get_replies(LEO, "picnic")[0].startswith("Welcome.\nOther?")


def test_days_are_read_in_the_order_of_the_organisation(make_survey, text, rows):
    make_survey(SurveyQuestion("Which day?", QuestionType.DATE))
    text.get_replies(ZOE, "picnic", "tomorrow")
    text.get_replies(LEO, "picnic", "5/8/2027")
    assert [row.value for row in rows("answers")] == ["2026-11-27", "2027-05-08"]


def test_questions_of_the_first_design_are_free_words(make_survey, text, rows):
    make_survey("How many?", "Why?", intro_message=None, completion_message=None)
    assert text.get_replies(ZOE, "picnic") == ["How many?\nText DONE to leave this survey."]
    assert text.get_replies(ZOE, "2 adults and 3 kids", "because") == [
        "Thank you, that was the last question."
    ]


@pytest.mark.parametrize(
    "status", ["accepted", "sent", "delivered", "no_receipt", "unknown", "submitting"]
)
def test_an_answer_to_a_blast_that_asks_begins_the_survey(
    make_survey, asked_by_blast, text, rows, status
):
    survey = make_survey(COMING, MANY)
    log = asked_by_blast(survey, ZOE, LEO, status=status)
    assert text.get_replies(ZOE, "yes") == ["How many?"]
    assert [(row.phone, row.message_log_id) for row in rows("sessions")] == [(ZOE, log)]
    assert rows("survey", survey).start_count == 1
    assert text(MIA, "yes") is None


@pytest.mark.parametrize("status", ["queued", "skipped", "cancelled", "expired", "failed"])
def test_a_text_that_did_not_leave_asked_nothing(make_survey, asked_by_blast, text, status):
    asked_by_blast(make_survey(COMING), ZOE, status=status)
    assert text(ZOE, "yes") is None


def test_a_blast_is_answered_once_and_in_time(make_survey, asked_by_blast, text):
    survey = make_survey(COMING)
    asked_by_blast(survey, ZOE, LEO)
    assert text.get_replies(ZOE, "yes") == ["See you there."]
    assert text(ZOE, "no") is None
    text.wait(hours=25)
    assert text(LEO, "yes") is None
    asked_by_blast(survey, ZOE, at=text.moment)
    assert text.get_replies(ZOE, "no") == ["See you there."]


def test_what_fits_nothing_is_a_miss_of_the_first_question(make_survey, asked_by_blast, text, rows):
    asked_by_blast(make_survey(COMING), ZOE)
    assert text.get_replies(ZOE, "perhaps")[0].startswith("Please answer YES or NO.")
    assert statuses(rows) == ["active"]
    assert text.get_replies(ZOE, "done") == [say(SurveyPhrase.LEFT)]


def test_free_words_answer_a_blast_only_when_nothing_was_texted_since(
    make_survey, asked_by_blast, text
):
    asked_by_blast(make_survey(ELSE), ZOE, LEO)
    asked_by_blast(None, LEO)
    assert text.get_replies(ZOE, "we bring cake") == ["See you there."]
    assert text(LEO, "is there parking?") is None


def test_a_text_that_may_mean_stop_is_no_answer_to_a_blast(make_survey, asked_by_blast, text):
    asked_by_blast(make_survey(ELSE), ZOE)
    assert text(ZOE, "leave me alone", doubtful=True) is None


def test_two_texts_at_once_are_two_answers(app, make_survey, text, rows):
    """Concurrency: one phone, two threads; each text is taken once, and nobody is in two places."""
    make_survey(MANY, SurveyQuestion("How many cakes?", QuestionType.NUMBER), ELSE)
    text(ZOE, "picnic")
    notes = []

    def say(body, at):
        with app.app_context(), write():
            notes.append(
                survey_text_handling.handle_survey_answer(
                    survey_text_handling.InboundText(ZOE, body, None, at),
                    only_valid=True,
                ).replies
            )

    threads = [
        threading.Thread(target=say, args=(body, NOON + timedelta(hours=1))) for body in ("3", "4")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(notes) == [["Anything else?"], ["How many cakes?"]]
    assert sorted(row.value for row in rows("answers")) == ["3", "4"]


def test_begin_by_a_keywords_action(app, make_survey, text):
    survey = make_survey(COMING)
    with app.app_context(), write():
        build_inbound_text = survey_text_handling.InboundText(ZOE, "join", None, NOON)
        assert (
            survey_text_handling.start_survey(survey, build_inbound_text)
            .replies[0]
            .startswith("Welcome.\nComing?")
        )
        assert survey_text_handling.start_survey(4711, build_inbound_text) is None


def test_a_word_of_the_first_design_is_kept_as_it_was_typed(make_survey, text, visit):
    make_survey(COMING, word="picnic", name="Old picnic")
    assert text.get_replies(ZOE, "PICNIC")[0].startswith("Welcome.")
    page = visit("/surveys/add", "ada", name="New", trigger_keyword="PICNIC", questions="Why?")
    assert "PICNIC already starts the survey “Old picnic”." in page.words
