"""From when until when a keyword counts, as it is typed: two days, each with an optional time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_wtf import FlaskForm
from wtforms import Field

from app.core.form_fields import add_error
from app.domain.time import local_times
from app.domain.time.local_times import InvalidLocalTime, LocalTimeInput
from app.keywords.models import KeywordRule
from app.organisation import queries as organisation

PERIOD_FIELDS = ("from_date", "from_time", "until_date", "until_time")
MIDNIGHT = "00:00"
NO_TIME = LocalTimeInput("", "", "")


@dataclass(frozen=True)
class ActivePeriod:
    """When a keyword counts; None: no beginning, or no end."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None


def parse_active_period(form: FlaskForm) -> ActivePeriod:
    """Read the four fields by the organisation's clocks; says beside them what is wrong."""
    zone = organisation.get_organisation_timezone()
    starts_at = _parse_moment(form["from_date"], form["from_time"], zone)
    ends_at = _parse_moment(form["until_date"], form["until_time"], zone, is_end=True)
    if starts_at and ends_at and ends_at <= starts_at:
        add_error(form["until_date"], "The end must be after the start.")
    return ActivePeriod(starts_at, ends_at)


def _parse_moment(
    day_field: Field, time_field: Field, zone: str, *, is_end: bool = False
) -> datetime | None:
    """Return the moment that was typed, None for nothing or after adding an error.

    A day without a time is its beginning, or with `is_end` the whole day.
    """
    day = (day_field.data or "").strip()
    time = (time_field.data or "").strip()
    if not day:
        if time:
            add_error(day_field, "Choose a day too, or leave the time blank.")
        return None
    # Noon of a day without a time exists in every zone; midnight may be skipped by a clock change.
    try:
        region = organisation.get_organisation_region()
        moment = local_times.parse_local_time(day, time or "12:00", zone, region)
    except InvalidLocalTime as error:
        field = time_field if error.field == "schedule_time" else day_field
        add_error(field, error.sentence)
        return None
    if time:
        return moment
    date = local_times.get_local_date(zone, moment) + timedelta(days=is_end)
    return local_times.find_moment_on_day(date, MIDNIGHT, zone)


def build_period_form_data(rule: KeywordRule) -> Mapping[str, str]:
    """Return the four fields as somebody would have typed them; a whole last day has no time."""
    zone = organisation.get_organisation_timezone()
    begin = end = NO_TIME
    if rule.active_from:
        begin = local_times.build_local_time_input(rule.active_from, zone)
    if rule.active_until:
        end = local_times.build_local_time_input(rule.active_until, zone)
        if end.time == MIDNIGHT:
            before = rule.active_until - timedelta(minutes=1)
            end = LocalTimeInput(local_times.build_local_time_input(before, zone).date, "", "")
    return {
        "from_date": begin.date,
        "from_time": begin.time,
        "until_date": end.date,
        "until_time": end.time,
    }
