"""Which texts are answers to a question of a survey."""

from collections.abc import Collection

from sqlalchemy import select

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.surveys.models import SurveyAnswer


def find_answer_texts(message_ids: Collection[int]) -> set[int]:
    """Return those of these texts that answer a question."""
    listed = select(build_listed_column(message_ids))
    statement = select(SurveyAnswer.message_id).where(SurveyAnswer.message_id.in_(listed))
    return set(filter(None, db.session.scalars(statement)))
