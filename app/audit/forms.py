"""The filter of the audit log, whose values are parameters of the URL."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, ValidationError
from wtforms.widgets import DateInput

from app.audit import queries

# The first and last years would overflow when a time zone is applied.
VALID_YEARS = range(1970, 9999)
INVALID_DAY_MESSAGE = "Write the day as year-month-day, for example 2026-05-08."


class DayField(StringField):
    """A day as YYYY-MM-DD, or empty. `.day` is the date; `.data` keeps the typed text."""

    widget = DateInput()

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.day: date | None = None

    def pre_validate(self, form: Any) -> None:
        self.day = None
        if self.data:
            self.day = _parse_day(self.data)


def _parse_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(INVALID_DAY_MESSAGE) from error
    if day.year not in VALID_YEARS:
        raise ValidationError(INVALID_DAY_MESSAGE)
    return day


def _list_username_choices() -> dict[str, str]:
    choices = {"": "Everybody"}
    for name in queries.list_audited_usernames():
        choices[name] = name
    return choices


class AuditFilterForm(FlaskForm):
    """Filters by a user, by a day, or by both."""

    class Meta:
        # The form is sent by GET and only reads.
        csrf = False

    who = SelectField("Who", choices=_list_username_choices, validate_choice=False)
    day = DayField("Day")
