"""Labels of the list of conversations: why a person must look, when it was, how long is left."""

from datetime import datetime, timedelta

from app.domain.texts.plurals import pluralize
from app.domain.time.business_days import count_business_days
from app.domain.time.local_times import DAY_NAMES, MONTH_NAMES, format_day, zone_or_utc

# Why a person must look, where it is more than an answer. The keys are stored.
ATTENTION_REASON_LABELS = {
    "maybe_stop": "Perhaps said STOP",
    "flood": "Texts too often",
    "unclear": "Not understood",
    "wants_back": "Asks for texts again",
}


def format_short_time(moment: datetime, zone: str, now: datetime) -> str:
    """Return "09:12" for today, "Fri" for the last six days, else "3 May".

    The year is added when it is not the current one.
    """
    local_zone = zone_or_utc(zone)
    local = moment.astimezone(local_zone)
    today = now.astimezone(local_zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if timedelta(0) < today - local.date() < timedelta(days=7):
        return DAY_NAMES[local.weekday()]
    day = f"{local.day} {MONTH_NAMES[local.month - 1]}"
    if local.year != today.year:
        return f"{day} {local.year}"
    return day


def format_relative_day(moment: datetime, zone: str, now: datetime) -> str:
    """Return "Today", "Yesterday" or "Fri 8 May": the day of a text on the clocks of `zone`."""
    local_zone = zone_or_utc(zone)
    day = moment.astimezone(local_zone).date()
    today = now.astimezone(local_zone).date()
    if day == today:
        return "Today"
    if today - day == timedelta(days=1):
        return "Yesterday"
    return format_day(day, today=today)


def format_decision_time_left(decide_by: datetime, zone: str, now: datetime) -> str:
    """Return "Decide by Thu 10 Dec: 9 working days left."."""
    local_zone = zone_or_utc(zone)
    day = decide_by.astimezone(local_zone).date()
    today = now.astimezone(local_zone).date()
    if day < today:
        time_left = "the time is over"
    elif day == today:
        time_left = "today is the last day"
    else:
        time_left = f"{pluralize(count_business_days(today, day), 'working day')} left"
    return f"Decide by {format_day(day, today=today)}: {time_left}."
