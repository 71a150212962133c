"""Labels of the list of conversations: why a person must look, when it was, how long is left."""

from datetime import datetime, timedelta

from app.domain.texts.plurals import pluralize
from app.domain.time.business_days import count_business_days
from app.domain.time.date_styles import DAY_NAMES, get_date_style
from app.domain.time.local_times import format_day, zone_or_utc

MIN_COUNTED_SECONDS = 5
SECONDS_PER_MINUTE = 60
MINUTES_PER_HOUR = 60
# Why a person must look, where it is more than an answer. The keys are stored.
ATTENTION_REASON_LABELS = {
    "maybe_stop": "Possible opt-out",
    "flood": "Texts very often",
    "unclear": "Unclear answer",
    "wants_back": "Wants texts again",
}


def format_short_time(
    moment: datetime,
    zone: str,
    now: datetime,
    region: str = "",
) -> str:
    """Return "9:12 AM" for today, "Fri" for the last six days, else "May 3".

    The year is added when it is not the current one.
    """
    local_zone = zone_or_utc(zone)
    local = moment.astimezone(local_zone)
    today = now.astimezone(local_zone).date()
    if local.date() == today:
        return get_date_style(region).format_clock(local.time())
    if timedelta(0) < today - local.date() < timedelta(days=7):
        return DAY_NAMES[local.weekday()]
    return get_date_style(region).format_date(local, today=today)


def format_relative_day(
    moment: datetime,
    zone: str,
    now: datetime,
    region: str = "",
) -> str:
    """Return "Today", "Yesterday" or "Fri, May 8": the day of a text on the clocks of `zone`."""
    local_zone = zone_or_utc(zone)
    day = moment.astimezone(local_zone).date()
    today = now.astimezone(local_zone).date()
    if day == today:
        return "Today"
    if today - day == timedelta(days=1):
        return "Yesterday"
    return format_day(day, today=today, region=region)


def format_seconds_ago(moment: datetime, now: datetime) -> str:
    """Return "just now", "20 seconds ago", "3 minutes ago" or "2 hours ago"."""
    seconds = int((now - moment).total_seconds())
    if seconds < MIN_COUNTED_SECONDS:
        return "just now"
    if seconds < SECONDS_PER_MINUTE:
        return f"{seconds} seconds ago"
    minutes = seconds // SECONDS_PER_MINUTE
    if minutes < MINUTES_PER_HOUR:
        return f"{pluralize(minutes, 'minute')} ago"
    return f"{pluralize(minutes // MINUTES_PER_HOUR, 'hour')} ago"


def format_decision_time_left(
    decide_by: datetime, zone: str, now: datetime, region: str = ""
) -> str:
    """Return "Decide by Thu, Dec 10: 9 business days left."."""
    local_zone = zone_or_utc(zone)
    day = decide_by.astimezone(local_zone).date()
    today = now.astimezone(local_zone).date()
    if day < today:
        time_left = "the deadline has passed"
    elif day == today:
        time_left = "today is the last day"
    else:
        time_left = f"{pluralize(count_business_days(today, day), 'business day')} left"
    return f"Decide by {format_day(day, today=today, region=region)}: {time_left}."
