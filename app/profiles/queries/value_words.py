"""What people have in a field, as pages show it."""

from datetime import date

from app.core.clock import now
from app.core.local_formats import get_display_region, get_display_style
from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import ValueContext, parse_date


def format_field_value(field_type: FieldType, value: str | None) -> str:
    """Return a value in words: a day as the organisation's country writes it, with its year.

    Exports and forms have it as it was typed.
    """
    if not value or field_type is not FieldType.DATE:
        return value or ""
    day = parse_date(value, ValueContext(get_display_region(), now().date()))
    return get_display_style().format_date(day, today=date.min) if day else value
