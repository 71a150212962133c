"""How many surveys are on."""

from sqlalchemy import func, select

from app.core.db import db
from app.surveys.models import SurveyFlow


def count_running_surveys() -> int:
    """Return the number of surveys that people can start and answer."""
    statement = select(func.count()).where(SurveyFlow.is_active)
    return db.session.scalar(statement) or 0
