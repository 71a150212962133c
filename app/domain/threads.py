"""What a list of conversations says: why a person has to look, when it was, and how long there
is to decide.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.hours import DAYS, MONTHS, day_in_words

# Why a person has to look, where it is more than an answer.
WHY_WORDS = {
    "maybe_stop": "Perhaps said STOP",
    "flood": "Texts too often",
    "unclear": "Not understood",
    "wants_back": "Asks for texts again",
}


def short_time(moment: datetime, zone: str, now: datetime) -> str:
    """'09:12' for today, 'Fri' within the last six days, else '3 May'; with the year when that
    is another one.
    """
    place = ZoneInfo(zone)
    there, today = moment.astimezone(place), now.astimezone(place).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    if timedelta(0) < today - there.date() < timedelta(days=7):
        return DAYS[there.weekday()]
    day = f"{there.day} {MONTHS[there.month - 1]}"
    return day if there.year == today.year else f"{day} {there.year}"


def day_of(moment: datetime, zone: str, now: datetime) -> str:
    """'Today', 'Yesterday', 'Fri 8 May': the day of a text on the clocks of `zone`."""
    place = ZoneInfo(zone)
    day, today = moment.astimezone(place).date(), now.astimezone(place).date()
    if day == today:
        return "Today"
    return (
        "Yesterday"
        if today - day == timedelta(days=1)
        else day_in_words(day, today=today)
    )


def working_days(today: date, until: date) -> int:
    """Mondays to Fridays after `today`, up to and with `until`; 0 when that has come."""
    days = max(0, (until - today).days)
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum(
        (today + timedelta(days=n)).weekday() < 5 for n in range(1, rest + 1)
    )


def countdown(decide_by: datetime, zone: str, now: datetime) -> str:
    """'Decide by Thu 10 Dec: 9 working days left.'"""
    place = ZoneInfo(zone)
    day, today = decide_by.astimezone(place).date(), now.astimezone(place).date()
    left = working_days(today, day)
    words = (
        "today is the last day"
        if day == today
        else f"{left} working {'day' if left == 1 else 'days'} left"
    )
    return f"Decide by {day_in_words(day, today=today)}: {words if day >= today else 'the time is over'}."
