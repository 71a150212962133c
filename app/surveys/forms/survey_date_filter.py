"""In which days a survey was begun: what narrows its results. It lives in the address."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import Field, ValidationError

from app.audit.forms import DayField
from app.domain.time.local_times import is_time_zone
from app.surveys.queries.survey_session_filter import SessionFilter


class SurveyDateFilterForm(FlaskForm):
    """From a day, until a day, or both; each as a whole day on the organisation's clocks."""

    class Meta:
        csrf = False  # it only reads

    since = DayField("Begun from")
    until = DayField("Until")

    def validate_until(self, field: Field) -> None:
        """Not before it begins."""
        if self.until.day and self.since.day and self.until.day < self.since.day:
            raise ValidationError("The last day is before the first one.")

    def build_session_filter(self, survey_id: int, zone: str) -> SessionFilter:
        """The sessions that are meant. A day that cannot be read narrows nothing."""
        self.validate()
        wrong = bool(self.errors)
        first, last = (None, None) if wrong else (self.since.day, self.until.day)
        return SessionFilter(
            survey_id,
            _compute_day_start(first, zone),
            _compute_day_start(last + timedelta(days=1) if last else None, zone),
        )

    @property
    def query_args(self) -> dict[str, str]:
        """What addresses from here to other results carry along."""
        return {
            name: self[name].data
            for name in ("since", "until")
            if self[name].data and not self.errors
        }


def _compute_day_start(day: date | None, zone: str) -> datetime | None:
    place = ZoneInfo(zone if is_time_zone(zone) else "UTC")
    return datetime.combine(day, time(), place).astimezone(UTC) if day else None
