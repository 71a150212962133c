"""The blueprint of series, and what all its views need."""

from datetime import date

from flask import Blueprint, abort
from flask_login import current_user

from app.blasts.queries.people_permission import find_people_problem
from app.delivery.queries.stored_audiences import load_audience
from app.series.models import BlastSeries
from app.series.queries.series_records import find_series

bp = Blueprint("series", __name__, url_prefix="/blasts/series")


def get_series_or_404(series_id: int) -> BlastSeries:
    """Return the series of the address, or abort."""
    return find_series(series_id) or abort(404)


def parse_day_or_404(day: str) -> date:
    """Return the date of the address, or abort."""
    try:
        return date.fromisoformat(day)
    except ValueError:
        abort(404)


def find_series_problem(series: BlastSeries) -> str:
    """Return why the user cannot text the people of a series, "" when they can."""
    return find_people_problem(load_audience(series.audience_id), current_user.role)
