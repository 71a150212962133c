"""How pages say when an event is."""

from datetime import date

from app.core.clock import now
from app.core.template_filters import get_display_timezone
from app.domain.texts.plurals import pluralize
from app.domain.time import local_times
from app.events.models import Event
from app.events.views.blueprint import bp

MAX_DAYS_IN_LABEL, MAX_MONTHS_IN_LABEL = 31, 24
NO_DATE_LABEL = "No date yet"


def get_organisation_date() -> date:
    """The day it is for the organisation."""
    return local_times.get_local_date(get_display_timezone(), now())


def format_event_time(event: Event) -> str:
    """ "Fri 8 May, 18:30"."""
    if event.date is None:
        return NO_DATE_LABEL
    day = local_times.format_day(event.date, today=get_organisation_date())
    return f"{day}, {event.start_time}" if event.start_time else day


def format_days_until_event(event: Event) -> str:
    """ "in 5 days", "today", "3 months ago"; "" without a date."""
    return (
        ""
        if event.date is None
        else format_relative_days((event.date - get_organisation_date()).days)
    )


def format_relative_days(days: int) -> str:
    """So many days from today in words; what is far away is said roughly."""
    if abs(days) <= 1:
        return ("yesterday", "today", "tomorrow")[days + 1]
    far = abs(days)
    if far <= MAX_DAYS_IN_LABEL:
        words = pluralize(far, "day")
    elif far // 30 <= MAX_MONTHS_IN_LABEL:
        words = pluralize(far // 30, "month")
    else:
        words = pluralize(far // 365, "year")
    return f"in {words}" if days > 0 else f"{words} ago"


for _filter in (format_event_time, format_days_until_event):
    bp.add_app_template_filter(_filter)
