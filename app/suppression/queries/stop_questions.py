"""Reading STOP questions: texts that may mean STOP and wait for a decision."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select

from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.suppression.models import StopQuestion


class OpenStopQuestions(NamedTuple):
    """How many people wait for a decision, and the earliest deadline (None when nobody waits)."""

    total: int
    first_deadline: datetime | None


def find_open_stop_question(phone: str) -> StopQuestion | None:
    """Return the undecided STOP question of this number, if there is one."""
    question = select(StopQuestion).where(
        StopQuestion.phone == phone, StopQuestion.verdict.is_(None)
    )
    return db.session.scalars(question.execution_options(populate_existing=True)).first()


def select_has_open_stop_question(phone: str) -> ColumnElement[bool]:
    """Return whether this number has an undecided STOP question, for any select."""
    return exists().where(StopQuestion.phone == phone, StopQuestion.verdict.is_(None))


def find_open_stop_question_ids(phones: Collection[str]) -> dict[str, int]:
    """Return the undecided STOP questions of these numbers: their ids by number."""
    if not phones:
        return {}
    questions = select(StopQuestion.phone, StopQuestion.id).where(
        StopQuestion.phone.in_(phones), StopQuestion.verdict.is_(None)
    )
    return fetch_dict(questions)


def count_open_stop_questions() -> OpenStopQuestions:
    """Count the undecided STOP questions, with the earliest deadline among them."""
    totals = select(func.count(), func.min(StopQuestion.decide_by)).where(
        StopQuestion.verdict.is_(None)
    )
    count, first_deadline = db.session.execute(totals).one()
    return OpenStopQuestions(count, first_deadline)
