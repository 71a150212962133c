"""Template filters that say when an event is."""

from datetime import date

from app.core.clock import now
from app.core.local_formats import format_clock, format_day, get_display_timezone
from app.domain.texts.plurals import pluralize
from app.domain.time import local_times
from app.domain.time.reminder_timing import format_day_offset
from app.events.models import Event
from app.events.views.blueprint import bp

MAX_DAYS_IN_LABEL = 31
MAX_MONTHS_IN_LABEL = 24
DAYS_PER_MONTH = 30
DAYS_PER_YEAR = 365
NO_DATE_LABEL = "No date yet"
NEAR_DAY_LABELS = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def get_organisation_date() -> date:
    """Return today's date in the organisation's time zone."""
    return local_times.get_local_date(get_display_timezone(), now())


@bp.app_template_filter()
def format_event_time(event: Event) -> str:
    """Return the date and the start time, such as "Fri, May 8, 6:30 PM"."""
    if event.date is None:
        return NO_DATE_LABEL
    day = format_day(event.date)
    if event.start_time:
        return f"{day}, {format_clock(event.start_time)}"
    return day


@bp.app_template_filter()
def format_days_until_event(event: Event) -> str:
    """Return "in 5 days", "today" or "3 months ago"; "" without a date."""
    if event.date is None:
        return ""
    return format_relative_days((event.date - get_organisation_date()).days)


def format_relative_days(days: int) -> str:
    """Return a number of days from today in words, in months or years when it is large."""
    if days in NEAR_DAY_LABELS:
        return NEAR_DAY_LABELS[days]
    distance = abs(days)
    if distance <= MAX_DAYS_IN_LABEL:
        text = pluralize(distance, "day")
    elif distance // DAYS_PER_MONTH <= MAX_MONTHS_IN_LABEL:
        text = pluralize(distance // DAYS_PER_MONTH, "month")
    else:
        text = pluralize(distance // DAYS_PER_YEAR, "year")
    return f"in {text}" if days > 0 else f"{text} ago"


bp.add_app_template_filter(format_day_offset, "days_from_event")
