"""What the placeholders of a template are filled in with where a page shows how it reads."""

from datetime import date, timedelta

from app.domain.texts.field_mentions import find_field_names
from app.domain.texts.message_templates import build_name_values, fill_placeholders
from app.domain.texts.template_chips import name_placeholder
from app.domain.texts.template_fields import STREAK_FIELD
from app.domain.time.clock_times import format_clock_time
from app.domain.time.local_times import format_day

SAMPLE_NAME = "Maria Lopez"
SAMPLE_DAYS = 7
SAMPLE_START_TIME = "18:30"


def build_sample_values(today: date, region: str) -> dict[str, str]:
    """Return values of a made-up person and event; dates as the country `region` writes them."""
    event_day = today + timedelta(days=SAMPLE_DAYS)
    return {
        **build_name_values(SAMPLE_NAME),
        "event_title": "Spring Picnic",
        "event_date": format_day(event_day, today=today, region=region),
        "event_time": format_clock_time(SAMPLE_START_TIME, region),
        "event_place": "City Park",
        "days_until": str(SAMPLE_DAYS),
        "days_since": str(SAMPLE_DAYS),
        "due_date": format_day(event_day, today=today, region=region),
        STREAK_FIELD: str(SAMPLE_DAYS),
    }


def fill_sample(template: str, values: dict[str, str]) -> str:
    """Return the text of a template as a made-up person gets it.

    A field of people shows its fallback, or its own name in brackets.
    """
    names = find_field_names(template)
    fields = {name: f"[{name_placeholder(name)}]" for name in names}
    return fill_placeholders(template, {**fields, **values}, names).strip()
