"""What the placeholders of an event's reminders stand for."""

from datetime import datetime

from app.domain.time.reminder_timing import EventSchedule, build_event_values
from app.events.models import Event
from app.organisation import queries as organisation


def build_reminder_values(
    event: Event, moment: datetime, language: str | None = None
) -> dict[str, str]:
    """Return what the placeholders of a reminder stand for, as the event is now.

    `language`: of the text (BCP 47, default the organisation's).
    """
    zone = organisation.get_organisation_timezone()
    schedule = EventSchedule(event.date, event.start_time, zone)
    region = organisation.get_organisation_region()
    language = language or organisation.get_organisation_language()
    values = build_event_values(event.title, schedule, event.place, moment, region, language)
    return organisation.get_text_values() | values
