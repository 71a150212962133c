"""What people type about an event, and about somebody who comes."""

import datetime as dt
import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError
from wtforms.widgets import DateInput, TimeInput

from app.community.forms import MemberForm
from app.domain.texts.text_cleaning import clean_name
from app.events.actions.events import EventInfo

MAX_LINE_CHARACTERS = 200
EVENT_YEARS = (1970, 2199)
ALREADY_REGISTERED_ERROR = "Someone with this number is registered already."


class SingleLineField(StringField):
    """Text on one line: cleaned, with single spaces; what shows nothing is None.

    A field that did not come stays.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = clean_name(str(valuelist[0]))

    def _value(self) -> str:
        return self.data or ""


class EventForm(FlaskForm):
    """An event. After `validate()`, `facts` is what it says."""

    title = SingleLineField("Title")
    date = StringField("Day", widget=DateInput())
    start_time = StringField("Start time", widget=TimeInput())
    place = SingleLineField("Place")

    def validate_title(self, field: Field) -> None:
        """There is one, and it is not cut."""
        if not field.data:
            raise ValidationError("Write a title first.")
        if len(field.data) > MAX_LINE_CHARACTERS:
            raise ValidationError(
                f"A title has at most {MAX_LINE_CHARACTERS} characters. This one has {len(field.data):,}."
            )

    def validate_date(self, field: Field) -> None:
        """No day yet, or one that the calendar has."""
        try:
            day = self.parsed_date
        except ValueError:
            raise ValidationError(
                "Write the day as year-month-day, for example 2026-05-08."
            ) from None
        if day and not EVENT_YEARS[0] <= day.year <= EVENT_YEARS[1]:
            raise ValidationError(f"Choose a day between {EVENT_YEARS[0]} and {EVENT_YEARS[1]}.")

    def validate_start_time(self, field: Field) -> None:
        """No time, or one that the clock shows, on some day."""
        typed = _get_typed_text(field)
        if typed and not _is_time(typed):
            raise ValidationError("Write the time as hours:minutes, for example 18:30.")
        if typed and not _get_typed_text(self.date):
            raise ValidationError(
                "A time needs a day. Choose the day too, or leave the time empty."
            )

    def validate_place(self, field: Field) -> None:
        """It is not cut."""
        if len(field.data or "") > MAX_LINE_CHARACTERS:
            raise ValidationError(
                f"A place has at most {MAX_LINE_CHARACTERS} characters. This one has {len(field.data):,}."
            )

    @property
    def parsed_date(self) -> dt.date | None:
        """The chosen day, None without one. Raises ValueError when what was typed is none."""
        typed = _get_typed_text(self.date)
        if typed and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
            raise ValueError(typed)
        return dt.date.fromisoformat(typed) if typed else None

    @property
    def event_info(self) -> EventInfo:
        """The event as it was typed, once `validate()` was happy."""
        return EventInfo(
            self.title.data or "",
            self.parsed_date,
            _get_typed_text(self.start_time) or None,
            self.place.data,
        )


class RegistrationForm(MemberForm):
    """Somebody who comes: the same name and number as on any list."""


def _get_typed_text(field: Field) -> str:
    return str(field.data or "").strip()


def _is_time(typed: str) -> bool:
    return re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", typed) is not None
