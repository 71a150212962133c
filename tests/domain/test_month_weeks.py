"""The weeks of a month, from the day on which weeks start in a country."""

from datetime import date

import pytest

from app.domain.time.month_weeks import find_first_weekday, find_next_month, list_month_weeks

MONDAY, SATURDAY, SUNDAY = 0, 5, 6


@pytest.mark.parametrize(
    ("region", "weekday"),
    [("US", SUNDAY), ("MX", SUNDAY), ("DE", MONDAY), ("GB", MONDAY), ("EG", SATURDAY), ("", 0)],
)
def test_weeks_start_as_the_country_starts_them(region, weekday):
    assert find_first_weekday(region) == weekday


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2027, 1, 31), date(2027, 2, 1)),
        (date(2028, 2, 29), date(2028, 3, 1)),
    ],
)
def test_the_next_month_starts_on_its_first(day, following):
    assert find_next_month(day) == following


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("month", [date(2026, 2, 1), date(2028, 2, 1), date(2026, 12, 1)])
def test_every_day_of_a_month_is_in_its_weeks_once(month, weekday):
    weeks = list_month_weeks(month, weekday)
    assert {len(week) for week in weeks} == {7}
    days = [day for week in weeks for day in week if day]
    length = (find_next_month(month) - month).days
    assert days == [month.replace(day=number) for number in range(1, length + 1)]
    assert all(week[0] is None or week[0].weekday() == weekday for week in weeks)


def test_a_month_of_four_whole_weeks_has_four():
    assert len(list_month_weeks(date(2026, 2, 1), SUNDAY)) == 4
    assert len(list_month_weeks(date(2026, 2, 1), MONDAY)) == 5
