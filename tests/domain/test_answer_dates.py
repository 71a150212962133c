"""Days as people write them in answers."""

from datetime import date

import pytest

from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.answer_parsing import parse_answer
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion

THURSDAY = date(2026, 11, 26)
US, ELSEWHERE = DateContext(THURSDAY), DateContext(THURSDAY, month_first=False)
WHEN = SurveyQuestion("When?", QuestionType.DATE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5/8/2027", "2027-05-08"),
        ("5/8/27", "2027-05-08"),
        ("5-8", "2027-05-08"),
        ("8.5.2027", "2027-05-08"),
        ("2027-05-08", "2027-05-08"),
        ("13/5", "2027-05-13"),
        ("May 8", "2027-05-08"),
        ("8 May", "2027-05-08"),
        ("8th of May, 2027", "2027-05-08"),
        ("8 de mayo", "2027-05-08"),
        ("8 mai 2027", "2027-05-08"),
        ("Sat 8 May 2027", "2027-05-08"),
        ("today", "2026-11-26"),
        ("Tomorrow!", "2026-11-27"),
        ("mañana", "2026-11-27"),
        ("friday", "2026-11-27"),
        ("mié", None),
        ("miércoles", "2026-12-02"),
        ("dec 1", "2026-12-01"),
        ("1/1/85", "1985-01-01"),
        ("29 feb 2028", "2028-02-29"),
        ("thursday", None),
        ("next friday", None),
        ("31/2", None),
        ("29 feb", None),
        ("soon", None),
        ("5/8 or 5/9", None),
        ("tomorrow at 5", None),
        ("13/13", None),
        ("5", None),
        ("", None),
        ("1/1/1776", None),
    ],
)
def test_days_as_people_in_the_united_states_write_them(text, value):
    assert parse_answer(WHEN, text, US) == value


def test_elsewhere_the_day_stands_first():
    assert [parse_answer(WHEN, "5/8/2027", calendar) for calendar in (US, ELSEWHERE)] == [
        "2027-05-08",
        "2027-08-05",
    ]
    assert parse_answer(WHEN, "5/13/2027", ELSEWHERE) == "2027-05-13"
