"""Checking in by a keyword: once a day, and how long a streak is."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import delete

from app.check_ins.models import CheckIn, CheckInStreak
from app.check_ins.queries.streaks import find_streak
from app.core.db import db, write
from app.domain.time.streak_days import Streak, count_streak
from app.surveys.actions.survey_starts import start_survey
from app.surveys.actions.survey_text_handling import handle_survey_answer
from app.surveys.models import SurveyFlow
from tests.check_ins.check_in_helpers import create_check_in_keyword, text_on
from tests.keywords.keyword_helpers import build_inbound_text, create_keyword, create_survey
from tests.sample_people import LEO, ZOE


def list_check_ins():
    rows = db.session.scalars(db.select(CheckIn).order_by(CheckIn.id))
    return [(row.phone, row.day.day, row.source_name, row.streak_days) for row in rows]


def test_three_days_in_a_row_are_a_streak_of_three_and_the_reply_says_so(shop):
    create_check_in_keyword(answer="{if streak}Day {streak}!{end} Keep going.")
    for day in (1, 2, 3):
        assert text_on(day) == [f"Day {day}! Keep going."]
    assert text_on(3) == ["Day 3! Keep going."]
    assert list_check_ins() == [(ZOE, day, "WALK", day) for day in (1, 2, 3)]
    assert find_streak(ZOE) == Streak(date(2026, 5, 3), 3, 3)
    assert find_streak(LEO) is None


def test_a_missed_day_begins_a_new_streak_and_the_longest_is_kept(shop):
    create_check_in_keyword()
    for day in (1, 2, 3, 5):
        text_on(day)
    streak = find_streak(ZOE)
    assert streak == Streak(date(2026, 5, 5), 1, 3)
    assert [streak.count_days(date(2026, 5, day)) for day in (5, 6, 7)] == [1, 1, 0]


def test_two_words_of_one_day_are_two_check_ins_and_one_day_of_the_streak(shop):
    create_check_in_keyword()
    create_check_in_keyword("PILL")
    text_on(1)
    text_on(1, "pill")
    text_on(2, "pill")
    assert [row[1:] for row in list_check_ins()] == [
        (1, "WALK", 1),
        (1, "PILL", None),
        (2, "PILL", 2),
    ]


def test_a_text_that_comes_late_closes_the_gap_of_its_day(shop):
    create_check_in_keyword()
    for day in (1, 3, 2):
        text_on(day)
    assert find_streak(ZOE) == Streak(date(2026, 5, 3), 3, 3)


def test_the_day_is_that_of_the_organisation(shop):
    create_check_in_keyword()
    # 23:30 of the first, and 00:30 of the second of May in Denver.
    text_on(2, hour=5)
    text_on(2, hour=7)
    assert [row[1] for row in list_check_ins()] == [1, 2]


def test_a_word_that_does_not_count_is_no_check_in(shop):
    create_keyword("HOURS", "9 to 5.")
    assert text_on(1, "hours") == ["9 to 5."]
    assert list_check_ins() == []


def test_days_in_any_order_make_the_same_streak():
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 2, 27), date(2026, 3, 3)]
    assert count_streak(days) == count_streak([*days, *reversed(days)])
    assert count_streak(days) == Streak(date(2026, 3, 3), 1, 3)
    assert count_streak([]) is None


def test_who_finishes_a_survey_that_counts_has_checked_in(shop):
    survey_id = create_survey(
        "How was your day?",
        "DAY",
        completion_message="{if streak}Day {streak}, thank you.{end}",
        counts_as_check_in=True,
    )
    with write() as session:
        session.get(SurveyFlow, survey_id).questions_json = '["How was it?"]'
    for day in (1, 2):
        moment = datetime(2026, 5, day, 18, tzinfo=UTC)
        with write():
            start_survey(survey_id, build_inbound_text("day", moment=moment))
            moment += timedelta(minutes=5)
            text = build_inbound_text("Fine", moment=moment)
            result = handle_survey_answer(text, only_valid=True)
        assert result.replies == [f"Day {day}, thank you."]
    assert list_check_ins() == [(ZOE, day, "How was your day?", day) for day in (1, 2)]


def test_whatever_the_order_the_stored_streak_is_that_of_the_days(shop):
    create_check_in_keyword()
    random = Random(13)
    for _ in range(12):
        days = random.choices(range(1, 12), k=random.randrange(1, 9))
        with write() as session:
            session.execute(delete(CheckIn))
            session.execute(delete(CheckInStreak))
        for day in days:
            text_on(day)
        assert find_streak(ZOE) == count_streak(date(2026, 5, day) for day in days), days
        told = [row[3] for row in list_check_ins() if row[3] is not None]
        assert max(told) <= len(set(days))
