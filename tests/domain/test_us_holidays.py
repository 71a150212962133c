"""The holidays of the United States, on the days that the calendar of 2026 and 2027 says."""

from datetime import date

import pytest

from app.domain.quiet_hours.us_holidays import list_us_holidays


def test_the_holidays_of_a_year_are_in_order():
    days = list_us_holidays(date(2026, 11, 28))
    assert [f"{day:%Y-%m-%d} {name}" for day, name in days.items()] == [
        "2026-12-25 Christmas Day",
        "2027-01-01 New Year’s Day",
        "2027-01-18 Martin Luther King Jr. Day",
        "2027-02-15 Presidents’ Day",
        "2027-05-31 Memorial Day",
        "2027-06-19 Juneteenth",
        "2027-07-04 Independence Day",
        "2027-09-06 Labor Day",
        "2027-10-11 Columbus Day",
        "2027-11-11 Veterans Day",
        "2027-11-25 Thanksgiving Day",
    ]


@pytest.mark.parametrize("first", [date(2028, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_each_comes_once_a_year(first):
    assert len(list_us_holidays(first)) == 11
