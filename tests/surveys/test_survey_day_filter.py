"""Results of some days, and how long people took to answer."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from app.core.clock import now
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.domain.time.durations import format_rounded_duration
from tests.sample_people import LEO, MAX, MIA, ZOE

COMING = SurveyQuestion("Coming?", QuestionType.YES_NO)
MANY = SurveyQuestion("How many?", QuestionType.NUMBER)


@pytest.fixture
def picnic(make_survey, text):
    """Zoë and Leo on Thursday at noon in Denver, Mia in the last minutes of that day, Max on
    Friday.
    """
    survey = make_survey(COMING, MANY)
    begun = text.moment
    text(ZOE, "picnic")
    text(ZOE, "yes", seconds=20)
    text(ZOE, "4", seconds=30)
    text(LEO, "picnic")
    text(LEO, "yes", seconds=40)
    text(LEO, "a few", seconds=600)
    text(LEO, "2", seconds=3600)
    text.wait(seconds=(begun + timedelta(hours=11, minutes=55) - text.moment).total_seconds())
    text(MIA, "picnic")
    text(MIA, "yes", seconds=60)
    text.wait(hours=2)
    text(MAX, "picnic")
    text(MAX, "no", seconds=100)
    return survey


def test_all_days_with_the_usual_times(visit, picnic):
    page = visit(f"/surveys/{picnic}", "sol")
    assert "4 started" not in page.words
    assert "usual time to finish 36 minutes" in page.words  # of 50 seconds and 71 minutes
    assert "4 answered. Half within 50 seconds." in page.words  # of 20, 40, 60, 100
    assert "2 answered, 1 text not understood. Half within 35 minutes." in page.words


@pytest.mark.parametrize(
    ("query", "started"),
    [
        ("since=2026-11-26&until=2026-11-26", 3),
        ("since=2026-11-27", 1),
        ("until=2026-11-26", 3),
        ("since=2026-11-27&until=2026-11-28", 1),
        ("since=2026-11-01", 4),
    ],
)
def test_only_whoever_began_in_these_days_on_the_organisations_clocks(
    visit, picnic, query, started
):
    page = visit(f"/surveys/{picnic}?{query}", "sol")
    assert f"All {started} " in page.words
    assert f"Started {started} · 100%" in page.words
    assert f"{started} answered" in page.words
    rows = list(csv.reader(StringIO(visit(f"/surveys/{picnic}/export?{query}", "ada").text)))
    assert len(rows) == 1 + started


def test_the_days_go_along_to_the_answers_the_people_and_the_export(visit, picnic):
    page = visit(f"/surveys/{picnic}?since=2026-11-27", "ada")
    for address in ("/answers?question=1&since=2026-11-27", "/export?since=2026-11-27"):
        assert f"/surveys/{picnic}{address}" in page.text.replace("&amp;", "&")
    assert "status=active&since=2026-11-27" in page.text.replace("&amp;", "&").replace(
        "since=2026-11-27&status=active", "status=active&since=2026-11-27"
    )
    assert (
        visit(f"/surveys/{picnic}/answers?question=1&since=2026-11-27", "sol").words.count("No, ")
        == 0
    )
    assert (
        "1 answer" in visit(f"/surveys/{picnic}/answers?question=1&since=2026-11-27", "sol").words
    )


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=2026-11-27&until=2026-11-26", "The last day is before the first one."),
        ("since=yesterday", "Enter a date, such as Dec 21, 2026"),
        ("until=2026-02-30", "Enter a date, such as Dec 21, 2026"),
    ],
)
def test_days_that_cannot_be_are_said_and_narrow_nothing(visit, picnic, query, sentence):
    page = visit(f"/surveys/{picnic}?{query}", "sol")
    assert sentence in page.words
    assert "All 4 " in page.words


def test_days_in_which_nobody_began(visit, picnic):
    page = visit(f"/surveys/{picnic}?since=2027-01-01", "sol")
    assert "No one started it on these days." in page.words
    assert "Clear" in page.words


def test_answer_times_begin_with_the_blast_and_leave_out_what_a_person_recorded(
    visit, make_survey, asked_by_blast, text
):
    survey = make_survey(COMING, MANY)
    text.moment = now() - timedelta(hours=3)
    asked_by_blast(survey, ZOE, at=text.moment)
    text(ZOE, "yes", seconds=300)
    text(ZOE, "a few", seconds=60)
    visit(f"/surveys/{survey}/sessions/1/answer", "sol", position="1", value="3")
    text(LEO, "picnic")
    text(LEO, "no", seconds=500)
    text(LEO, "1", seconds=10)
    page = visit(f"/surveys/{survey}", "sol")
    assert "2 answered. Half within 7 minutes." in page.words  # of 300 and 500 seconds
    assert "Half within 10 seconds" in page.words


def test_times_in_words():
    seconds = (0, 1, 40, 89, 90, 300, 5399, 5400, 86_400, 86_400 * 2, 86_400 * 9)
    answers_given = [
        "1 second",
        "1 second",
        "40 seconds",
        "89 seconds",
        "2 minutes",
        "5 minutes",
        "1 hour",
        "2 hours",
    ]
    assert [format_rounded_duration(row) for row in seconds] == [
        *answers_given,
        "24 hours",
        "2 days",
        "9 days",
    ]
