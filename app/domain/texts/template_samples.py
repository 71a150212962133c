"""What the placeholders of a template are filled in with where a page shows how it reads."""

from datetime import date, time, timedelta

from app.domain.texts.field_mentions import find_field_names
from app.domain.texts.message_templates import build_name_values, fill_placeholders
from app.domain.texts.template_chips import name_placeholder
from app.domain.texts.template_fields import STREAK_FIELD
from app.domain.texts.text_languages import DEFAULT_LANGUAGE
from app.domain.time.language_dates import get_text_date_style

SAMPLE_NAME = "Maria Lopez"
SAMPLE_DAYS = 7
SAMPLE_START_TIME = time(18, 30)


def build_sample_values(
    today: date, region: str, language: str = DEFAULT_LANGUAGE
) -> dict[str, str]:
    """Return values of a made-up person and event.

    Dates are as the language (BCP 47) and the country `region` write them.
    """
    style = get_text_date_style(language, region)
    event_day = style.format_day(today + timedelta(days=SAMPLE_DAYS), today=today)
    return {
        **build_name_values(SAMPLE_NAME),
        "event_title": "Spring Picnic",
        "event_date": event_day,
        "event_time": style.format_clock(SAMPLE_START_TIME),
        "event_place": "City Park",
        "days_until": str(SAMPLE_DAYS),
        "days_since": str(SAMPLE_DAYS),
        "due_date": event_day,
        STREAK_FIELD: str(SAMPLE_DAYS),
    }


def fill_sample(template: str, values: dict[str, str]) -> str:
    """Return the text of a template as a made-up person gets it.

    A field of people shows its fallback, or its own name in brackets.
    """
    names = find_field_names(template)
    fields = {name: f"[{name_placeholder(name)}]" for name in names}
    return fill_placeholders(template, {**fields, **values}, names).strip()
