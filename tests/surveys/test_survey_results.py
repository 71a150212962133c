"""What came of a survey: the list, the results, one person, the export."""

import csv
from io import StringIO

import pytest

from app.core.db import db
from app.delivery.models import Message
from app.domain.surveys.question_definitions import (
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_inbound_text, add_opt_out

COMING = SurveyQuestion("Coming?", QuestionType.YES_NO, branches={"no": END_WITHOUT_REGISTRATION})
MANY = SurveyQuestion("How many?", QuestionType.NUMBER, low=1, high=20)
NAME = SurveyQuestion("Your name?", QuestionType.NAME)


@pytest.fixture
def picnic(make_survey, make_event, text):
    """Zoë and Leo have finished, Mia said no, Max was not understood."""
    survey = make_survey(COMING, MANY, NAME, linked_event_id=make_event())
    text.get_replies(ZOE, "picnic", "yes", "4", "Zoë H.")
    text.get_replies(LEO, "picnic", "👍", "two", "=Leo()")
    text.get_replies(MIA, "picnic", "no", name="Mia")
    text.get_replies(
        MAX, "picnic", "yes", "a few", "2 adults and 3 kids", "five or six", name="Max"
    )
    return survey


def test_the_list(visit, picnic):
    page = visit("/surveys", "sol")
    assert "The picnic PICNIC Open 4 3 (75%)" in page.words
    assert visit("/surveys?search=pic", "sol").words.count("The picnic") == 1
    assert "No surveys match that" in visit("/surveys?search=lunch", "sol").words
    for sort in ("name", "word", "started", "finished", "last", "nonsense"):
        assert visit(f"/surveys?sort={sort}&dir=desc", "sol").status_code == 200


def test_the_results(visit, picnic):
    page = visit(f"/surveys/{picnic}", "sol")
    assert "4 · 100%" in page.words
    assert "Finished 3 · 75%" in page.words
    assert "Yes 3 · 75% No 1 · 25%" in page.words
    assert "6 in total, 3.0 on average, from 2 to 4" in page.words
    assert "five or six" in page.words
    assert "2 adults and 3 kids" not in page.words
    assert "Needs review 1" in page.words
    assert page.text.count("Show as table") == 3


def test_people_are_found_and_filtered(visit, picnic):
    assert visit(f"/surveys/{picnic}?status=handed_over", "sol").words.count("+1 303 555 0145") == 1
    assert "1 person" in visit(f"/surveys/{picnic}?search=mia", "sol").words
    assert "No one matches that." in visit(f"/surveys/{picnic}?search=nobody", "sol").words
    assert visit(f"/surveys/{picnic}?status=nonsense&page=99", "sol").status_code == 200


def test_every_answer_to_one_question(visit, picnic):
    page = visit(f"/surveys/{picnic}/answers?question=3", "sol")
    assert "Zoë H." in page.words
    assert "2 answers" in page.words
    assert visit(f"/surveys/{picnic}/answers?question=9", "sol").status_code == 404
    assert "five or six" in visit(f"/surveys/{picnic}/answers", "sol").words


def test_counted_as_what_they_meant_the_survey_goes_on(app, visit, picnic, text, rows):
    page = visit(
        f"/surveys/{picnic}/sessions/4/answer",
        "sol",
        follow=True,
        position="1",
        value="5",
    )
    assert "Saved. The survey continues." in page.words
    assert "Corrected by Sol" in page.words
    answer = next(row for row in rows("answers") if row.edited_by)
    assert (answer.value, answer.body, answer.state.value) == (
        "5",
        "five or six",
        "answered",
    )
    with app.app_context():
        queued = db.session.scalars(db.select(Message).where(Message.status == "queued")).all()
        assert [(row.phone, row.body, row.written_by) for row in queued] == [
            (MAX, "Your name?", "sol")
        ]
    assert text.get_replies(MAX, "Max") == ["See you there."]
    assert {row.phone: row.name for row in rows("registrations")} == {
        ZOE: "Zoë H.",
        LEO: "=Leo()",
        MAX: "Max",
    }
    assert rows("survey", picnic).completion_count == 4


def test_counted_it_needs_nobody_any_more_and_the_next_question_stands_in_the_conversation(
    app, visit, picnic, text
):
    with app.app_context():
        add_inbound_text(MAX, "five or six", why="unclear")
        add_inbound_text(ZOE, "Hello")
    assert "Unclear answer" in visit("/inbox", "sol").words
    visit(f"/surveys/{picnic}/sessions/4/answer", "sol", position="1", value="5")
    assert "Unclear answer" not in visit("/inbox", "sol").words
    assert "You: Your name?" in visit("/inbox?state=all", "sol").words
    assert "You: Your name?" in visit("/inbox?search=your+name", "sol").words


def test_what_is_no_answer_is_said_and_stays(visit, picnic, rows):
    page = visit(f"/surveys/{picnic}/sessions/4/answer", "sol", position="1", value="five or six")
    assert page.status_code == 422
    assert (
        "That does not answer the question. Please answer with one number from 1 to 20"
        in page.words
    )
    assert 'value="five or six"' in page.text
    assert not [row for row in rows("answers") if row.edited_by]


def test_an_answer_put_right_keeps_what_was_understood_first(visit, picnic, rows):
    for value in ("3", "7"):
        visit(f"/surveys/{picnic}/sessions/1/answer", "ada", position="1", value=value)
    answer = rows("answers")[1]
    assert (answer.value, answer.value_before, answer.body, answer.edited_by) == (
        "7",
        "4",
        "4",
        "ada",
    )
    assert "we understood 4" in visit(f"/surveys/{picnic}/sessions/1", "sol").words


def test_whoever_said_stop_is_not_texted_by_a_correction(app, visit, picnic):
    with app.app_context():
        add_opt_out(MAX)
    visit(f"/surveys/{picnic}/sessions/4/answer", "sol", position="1", value="5")
    with app.app_context():
        assert db.session.scalars(db.select(Message).where(Message.status == "queued")).all() == []


def test_a_session_of_another_survey_is_not_there(visit, picnic, make_survey):
    other = make_survey("Why?", word="LUNCH")
    assert visit(f"/surveys/{other}/sessions/1", "ada").status_code == 404
    assert (
        visit(f"/surveys/{other}/sessions/1/answer", "ada", position="0", value="x").status_code
        == 404
    )
    assert (
        visit(f"/surveys/{picnic}/sessions/1/answer", "ada", position="9", value="x").status_code
        == 404
    )


def test_the_export_has_one_row_a_session(visit, picnic):
    """B15: what begins like a formula is text."""
    assert visit(f"/surveys/{picnic}/export", "sol").status_code == 403
    page = visit(f"/surveys/{picnic}/export", "ada")
    lines = list(csv.reader(StringIO(page.text.removeprefix("\ufeff"))))
    assert lines[0] == [
        "started",
        "ended",
        "status",
        "phone",
        "name",
        "Coming?",
        "How many?",
        "Your name?",
    ]
    assert [line[2:] for line in lines[1:]] == [
        ["completed", ZOE, "Zoë H.", "yes", "4", "Zoë H."],
        ["completed", LEO, "'=Leo()", "yes", "2", "'=Leo()"],
        ["completed", MIA, "Mia", "no", "", ""],
        ["handed_over", MAX, "Max", "yes", "", ""],
    ]


def test_a_blast_that_asked_is_counted(visit, make_survey, asked_by_blast, text):
    survey = make_survey(COMING)
    asked_by_blast(survey, ZOE, LEO, MIA)
    asked_by_blast(survey, MAX, status="skipped")
    text(ZOE, "yes")
    page = visit(f"/surveys/{survey}", "sol")
    assert "3 from a blast" in " ".join(page.words.split()) or "from a blast 3" in page.words
    assert "a blast" in page.words


def test_a_persons_page_says_where_they_are(visit, picnic, text):
    text.get_replies(ZOE, "picnic", "yes")
    page = visit(f"/people/{ZOE[1:]}", "sol")
    assert "The picnic On question 2 of 3" in page.words
    assert "The picnic Finished" in page.words
    assert f"/surveys/{picnic}/sessions/1" in page.text
