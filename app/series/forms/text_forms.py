"""The forms that change the text of a series, or of one date of it."""

from datetime import datetime

from flask_wtf import FlaskForm
from wtforms import Field, ValidationError
from wtforms.widgets import TextArea

from app.core.form_fields import CalendarDayField, CleanTextField, ClockField, add_error
from app.core.local_formats import get_display_style
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.time import local_times
from app.domain.time.local_times import InvalidLocalTime, LocalMoment
from app.organisation import queries as organisation
from app.profiles.queries.textable_fields import load_template_fields
from app.series.forms.timing_form import TimingForm

MAX_NAME_LENGTH = 80


class SeriesForm(TimingForm):
    """A whole series: its text, its name and when it repeats. Set `of_event` for an event's."""

    body = CleanTextField("Text", widget=TextArea())
    name = CleanTextField("Name")
    of_event = False

    def validate_body(self, field: Field) -> None:
        """Reject a text that cannot be sent."""
        check_body(field, of_event=self.of_event)

    def validate_name(self, field: Field) -> None:
        """Reject a name that is too long to be kept."""
        if len((field.data or "").strip()) > MAX_NAME_LENGTH:
            raise ValidationError(f"Enter at most {MAX_NAME_LENGTH} characters.")


class DateTextForm(FlaskForm):
    """The text of one date. Set `of_event` for an event's series."""

    body = CleanTextField("Text", widget=TextArea())
    of_event = False

    def validate_body(self, field: Field) -> None:
        """Reject a text that cannot be sent."""
        check_body(field, of_event=self.of_event)


class MoveForm(FlaskForm):
    """Another day and time for one date."""

    day = CalendarDayField("Day", organisation.get_organisation_region)
    clock = ClockField("Time")

    def parse_moment(self, zone: str, moment: datetime) -> LocalMoment | None:
        """Return the moment that was typed; None, with a sentence beside the field, for none."""
        if not self.validate_on_submit():
            return None
        try:
            return local_times.parse_future_local_time(
                (self.day.data or "").strip(),
                (self.clock.data or "").strip(),
                zone,
                now=moment,
                region=organisation.get_organisation_region(),
            )
        except InvalidLocalTime as error:
            field = self.clock if error.field == "schedule_time" else self.day
            add_error(field, error.sentence or get_display_style().date_error)
            return None


def check_body(field: Field, *, of_event: bool) -> None:
    """Reject a text that is blank, too long, or has placeholders that cannot be filled in."""
    if text_cleaning.is_blank_text(field.data or ""):
        raise ValidationError("Write a text first.")
    fields = load_template_fields()
    for problem in message_templates.list_template_problems(
        field.data, of_event=of_event, fields=fields
    ):
        add_error(field, problem)
    size = count_utf16_units(field.data)
    if size > MAX_MESSAGE_CHARACTERS:
        raise ValidationError(
            f"This text has {size:,} characters. A text can have up to {MAX_MESSAGE_CHARACTERS:,}."
        )
