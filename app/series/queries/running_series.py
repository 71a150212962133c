"""How many series are on."""

from sqlalchemy import func, select

from app.core.db import db
from app.series.models import BlastSeries, SeriesState


def count_running_series() -> int:
    """Return the number of series that make blasts by themselves."""
    statement = select(func.count()).where(BlastSeries.state == SeriesState.ACTIVE)
    return db.session.scalar(statement) or 0
