"""Reading STOP questions: texts that may mean STOP and wait for a decision."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select

from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.core.listed_values import build_listed_column
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


def select_last_deadline(until: datetime) -> ColumnElement[datetime]:
    """Return the last deadline before `until` of an undecided question, for any select."""
    return (
        select(func.max(StopQuestion.decide_by))
        .where(StopQuestion.verdict.is_(None), StopQuestion.decide_by <= until)
        .scalar_subquery()
    )


def count_stop_questions_due(after: datetime, until: datetime) -> OpenStopQuestions:
    """Count the undecided questions whose deadline is after one moment and up to another."""
    totals = select(func.count(), func.min(StopQuestion.decide_by)).where(
        StopQuestion.verdict.is_(None),
        StopQuestion.decide_by > after,
        StopQuestion.decide_by <= until,
    )
    return OpenStopQuestions(*db.session.execute(totals).one())


def find_asked_texts(message_ids: Collection[int]) -> set[int]:
    """Return those of these texts that may mean STOP, decided or not."""
    listed = select(build_listed_column(message_ids))
    statement = select(StopQuestion.message_id).where(StopQuestion.message_id.in_(listed))
    return set(filter(None, db.session.scalars(statement)))
