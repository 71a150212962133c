"""What narrows the list of acts; it lives in the address."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, ValidationError
from wtforms.widgets import DateInput

from app.audit import queries

VALID_YEARS = range(1970, 9999)


class DayField(StringField):
    """A day as YYYY-MM-DD, or empty. `.day` is the date; what was typed stays in `.data`."""

    widget = DateInput()

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, **more)
        self.day: date | None = None

    def pre_validate(self, form: Any) -> None:
        try:
            day = date.fromisoformat(self.data) if self.data else None
        except ValueError:
            day = date.min
        if day is not None and day.year not in VALID_YEARS:
            raise ValidationError("Write the day as year-month-day, for example 2026-05-08.")
        self.day = day


class AuditFilterForm(FlaskForm):
    """One person, one day, or both."""

    class Meta:
        csrf = False  # it only reads

    who = SelectField(
        "Who",
        choices=lambda: (
            {"": "Everybody"} | {name: name for name in queries.list_audited_usernames()}
        ),
        validate_choice=False,
    )
    day = DayField("Day")
