"""Until when something has to be decided: so many business days from a moment."""

from datetime import datetime, timedelta

SATURDAY = 5
# 47 CFR 64.1200(a)(10): a request to stop is honoured within a reasonable time, ten business
# days at most.
STOP_DEADLINE_BUSINESS_DAYS = 10


def add_business_days(moment: datetime, days: int) -> datetime:
    """The same time of day so many days from Monday to Friday later.

    Holidays are not known, so they count as days: the deadline is never later than the law's.
    """
    while days > 0:
        moment += timedelta(days=1)
        days -= moment.weekday() < SATURDAY
    return moment
