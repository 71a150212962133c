"""The forms of an event and of a registration."""

import datetime as dt
import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError

from app.community.forms import MemberForm
from app.core.form_fields import CalendarDayField, ClockField
from app.core.local_formats import get_display_style
from app.domain.texts.text_cleaning import clean_name
from app.events.actions.events import EventInfo
from app.events.queries.phone_presence import is_out_of_reach
from app.organisation import queries as organisation

MAX_LINE_CHARACTERS = 200
FIRST_EVENT_YEAR = 1970
LAST_EVENT_YEAR = 2199
DATE_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME_PATTERN = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
UNREACHED_ERROR = "This is not someone of your groups and events. An admin can register them."
ALREADY_REGISTERED_ERROR = "Someone with this number is registered already."


class SingleLineField(StringField):
    """Text on one line: cleaned, with single spaces; None when nothing in it is visible.

    A field that is not in the request keeps its value.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = clean_name(str(valuelist[0]))

    def _value(self) -> str:
        return self.data or ""


class EventForm(FlaskForm):
    """An event. After `validate()`, `event_info` is what was typed."""

    title = SingleLineField("Title")
    date = CalendarDayField("Day", organisation.get_organisation_region)
    start_time = ClockField("Start time")
    place = SingleLineField("Place")

    def validate_title(self, field: Field) -> None:
        """Require a title that fits the column."""
        if not field.data:
            raise ValidationError("Enter a title.")
        _check_line_length("title", field.data)

    def validate_date(self, field: Field) -> None:
        """Reject what is no date, and years that nobody can mean."""
        try:
            day = self.parsed_date
        except ValueError:
            raise ValidationError(get_display_style().date_error) from None
        if day and not FIRST_EVENT_YEAR <= day.year <= LAST_EVENT_YEAR:
            raise ValidationError(f"Choose a day between {FIRST_EVENT_YEAR} and {LAST_EVENT_YEAR}.")

    def validate_start_time(self, field: Field) -> None:
        """Reject what is no time, and a time without a date."""
        text = _get_typed_text(field)
        if text and not TIME_PATTERN.fullmatch(text):
            raise ValidationError(get_display_style().clock_error)
        if text and not _get_typed_text(self.date):
            raise ValidationError(
                "A time needs a day. Choose the day too, or leave the time blank."
            )

    def validate_place(self, field: Field) -> None:
        """Reject a place longer than the column."""
        _check_line_length("place", field.data or "")

    @property
    def parsed_date(self) -> dt.date | None:
        """The date, None without one. Raises ValueError for other text."""
        text = _get_typed_text(self.date)
        if not text:
            return None
        # Python's fromisoformat() also takes forms such as 20260508.
        if not DATE_PATTERN.fullmatch(text):
            raise ValueError(text)
        return dt.date.fromisoformat(text)

    @property
    def event_info(self) -> EventInfo:
        """The event as it was typed, after `validate()`."""
        return EventInfo(
            title=self.title.data or "",
            date=self.parsed_date,
            start_time=_get_typed_text(self.start_time) or None,
            place=self.place.data,
        )


class RegistrationForm(MemberForm):
    """A registration: the same name and number as a member's.

    Whoever registers somebody may text them, so nobody registers known people of others.
    """

    def validate_phone(self, field: Any) -> None:
        """Reject a number that no member may have, or that is of somebody out of reach."""
        super().validate_phone(field)
        number = getattr(field, "phone", None)
        if number and is_out_of_reach(number.e164):
            raise ValidationError(UNREACHED_ERROR)


def _check_line_length(label: str, text: str) -> None:
    if len(text) > MAX_LINE_CHARACTERS:
        raise ValidationError(
            f"A {label} can have up to {MAX_LINE_CHARACTERS} characters. This one has "
            f"{len(text):,}."
        )


def _get_typed_text(field: Field) -> str:
    return str(field.data or "").strip()
