"""The weeks of a month as a calendar shows them, from the day that a country's weeks start on."""

from datetime import date, timedelta

DAYS_PER_WEEK = 7
FRIDAY = 4
SATURDAY = 5
SUNDAY = 6
# Unicode CLDR 48, weekData: where weeks start on another day than Monday.
_SUNDAY_REGIONS = """
    AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ
    NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW
"""
_SATURDAY_REGIONS = "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY"
FIRST_WEEKDAYS = {
    **dict.fromkeys(_SUNDAY_REGIONS.split(), SUNDAY),
    **dict.fromkeys(_SATURDAY_REGIONS.split(), SATURDAY),
    "MV": FRIDAY,
}


def find_first_weekday(region: str) -> int:
    """Return on which day weeks start in a country of two letters; 0, Monday, without one."""
    return FIRST_WEEKDAYS.get(region, 0)


def find_next_month(day: date) -> date:
    """Return the first day of the month after that of `day`."""
    # Every month has a 28th, and four days later it is over.
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def list_month_weeks(month: date, first_weekday: int) -> list[list[date | None]]:
    """Return the weeks of a month, each of seven days; None where a day is of another month."""
    first = month.replace(day=1)
    day = first - timedelta(days=(first.weekday() - first_weekday) % DAYS_PER_WEEK)
    end = find_next_month(month)
    weeks: list[list[date | None]] = []
    while day < end:
        days = [day + timedelta(days=number) for number in range(DAYS_PER_WEEK)]
        weeks.append([_keep_day(day_of_week, month) for day_of_week in days])
        day += timedelta(days=DAYS_PER_WEEK)
    return weeks


def _keep_day(day: date, month: date) -> date | None:
    return day if day.month == month.month else None
