"""The forms that change the text of a series, or of one date of it."""

from datetime import datetime

from flask_wtf import FlaskForm
from wtforms import Field, ValidationError
from wtforms.widgets import TextArea

from app.core.form_fields import CalendarDayField, CleanTextField, ClockField, add_error
from app.core.local_formats import get_display_style
from app.domain.time import local_times
from app.domain.time.local_times import InvalidLocalTime, LocalMoment
from app.message_templates.forms.translated_texts import TranslatedTextForm, check_message_text
from app.organisation import queries as organisation
from app.profiles.queries.textable_fields import load_template_fields
from app.series.forms.timing_form import TimingForm
from app.series.queries.series_texts import SeriesText

MAX_NAME_LENGTH = 80


class SeriesTextForm(TranslatedTextForm):
    """The text of a series in every language. Set `of_event` for an event's."""

    body = CleanTextField("Text", widget=TextArea())
    of_event = False

    def validate_body(self, field: Field) -> None:
        """Reject a text that cannot be sent."""
        self.check_text(field)

    def check_text(self, field: Field) -> None:
        """Reject a text that cannot be sent to the people of the series."""
        fields = load_template_fields()
        check_message_text(field, of_event=self.of_event, fields=fields)

    @property
    def text(self) -> SeriesText:
        """The text in every language, after `validate()`."""
        return SeriesText(self.body.data or "", self.translations)


class SeriesForm(TimingForm, SeriesTextForm):
    """A whole series: its text, its name and when it repeats."""

    name = CleanTextField("Name")

    def validate_name(self, field: Field) -> None:
        """Reject a name that is too long to be kept."""
        if len((field.data or "").strip()) > MAX_NAME_LENGTH:
            raise ValidationError(f"Enter at most {MAX_NAME_LENGTH} characters.")


class DateTextForm(FlaskForm, SeriesTextForm):
    """The text of one date."""


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
