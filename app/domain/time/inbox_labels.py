"""What a list of conversations says: why a person has to look, when it was, and how long there
is to decide.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.time.local_times import DAY_NAMES, MONTH_NAMES, format_day

# Why a person has to look, where it is more than an answer.
ATTENTION_REASON_LABELS = {
    "maybe_stop": "Perhaps said STOP",
    "flood": "Texts too often",
    "unclear": "Not understood",
    "wants_back": "Asks for texts again",
}


def format_short_time(moment: datetime, zone: str, now: datetime) -> str:
    """'09:12' for today, 'Fri' within the last six days, else '3 May'; with the year when that
    is another one.
    """
    place = ZoneInfo(zone)
    there, today = moment.astimezone(place), now.astimezone(place).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    if timedelta(0) < today - there.date() < timedelta(days=7):
        return DAY_NAMES[there.weekday()]
    day = f"{there.day} {MONTH_NAMES[there.month - 1]}"
    return day if there.year == today.year else f"{day} {there.year}"


def format_relative_day(moment: datetime, zone: str, now: datetime) -> str:
    """'Today', 'Yesterday', 'Fri 8 May': the day of a text on the clocks of `zone`."""
    place = ZoneInfo(zone)
    day, today = moment.astimezone(place).date(), now.astimezone(place).date()
    if day == today:
        return "Today"
    return "Yesterday" if today - day == timedelta(days=1) else format_day(day, today=today)


def count_business_days(today: date, until: date) -> int:
    """Mondays to Fridays after `today`, up to and with `until`; 0 when that has come."""
    days = max(0, (until - today).days)
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((today + timedelta(days=n)).weekday() < 5 for n in range(1, rest + 1))


def format_decision_time_left(decide_by: datetime, zone: str, now: datetime) -> str:
    """'Decide by Thu 10 Dec: 9 working days left.'"""
    place = ZoneInfo(zone)
    day, today = decide_by.astimezone(place).date(), now.astimezone(place).date()
    left = count_business_days(today, day)
    words = (
        "today is the last day"
        if day == today
        else f"{left} working {'day' if left == 1 else 'days'} left"
    )
    return f"Decide by {format_day(day, today=today)}: {words if day >= today else 'the time is over'}."
