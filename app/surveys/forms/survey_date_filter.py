"""On which days a survey was begun: what narrows its results. It is in the address."""

from datetime import UTC, date, datetime, time, timedelta

from flask_wtf import FlaskForm
from wtforms import Field, ValidationError

from app.audit.forms import DayField
from app.domain.time.local_times import zone_or_utc
from app.surveys.queries.survey_session_filter import SessionFilter


class SurveyDateFilterForm(FlaskForm):
    """From a day, until a day, or both; each is a whole day on the organisation's clocks."""

    class Meta:
        # It only reads.
        csrf = False

    since = DayField("Started from")
    until = DayField("Until")

    def validate_until(self, field: Field) -> None:
        """Require `until` on or after `since`."""
        if self.until.day and self.since.day and self.until.day < self.since.day:
            raise ValidationError("The last day is before the first one.")

    def build_session_filter(self, survey_id: int, zone: str) -> SessionFilter:
        """Return the sessions that are meant; days with a mistake narrow nothing.

        Validates the form.
        """
        if not self.validate():
            return SessionFilter(survey_id)
        since = until = None
        if self.since.day:
            since = _compute_day_start(self.since.day, zone)
        if self.until.day:
            until = _compute_day_start(self.until.day + timedelta(days=1), zone)
        return SessionFilter(survey_id, since, until)

    @property
    def query_args(self) -> dict[str, str]:
        """The days for the addresses of other results; none when one has a mistake."""
        if self.errors:
            return {}
        days = {"since": self.since.data, "until": self.until.data}
        return {name: day for name, day in days.items() if day}


def _compute_day_start(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), zone_or_utc(zone)).astimezone(UTC)
