"""Business days: the deadline for a request to stop, and the days left until it."""

from datetime import date, datetime, timedelta

SATURDAY = 5
BUSINESS_DAYS_PER_WEEK = 5
# 47 CFR 64.1200(a)(10): a request to stop is honoured within a reasonable time, at most ten
# business days.
STOP_DEADLINE_BUSINESS_DAYS = 10


def add_business_days(moment: datetime, days: int) -> datetime:
    """Return the same time of day, `days` days from Monday to Friday later.

    Holidays are not known and count as business days: the deadline is never later than the law's.
    """
    days_left = days
    while days_left > 0:
        moment += timedelta(days=1)
        if moment.weekday() < SATURDAY:
            days_left -= 1
    return moment


def count_business_days(today: date, until: date) -> int:
    """Count the days from Monday to Friday after `today`, up to and with `until`; 0 if past."""
    days = max(0, (until - today).days)
    weeks, days_left = divmod(days, 7)
    last_days = (today + timedelta(days=number) for number in range(1, days_left + 1))
    return weeks * BUSINESS_DAYS_PER_WEEK + sum(day.weekday() < SATURDAY for day in last_days)
