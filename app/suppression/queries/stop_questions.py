"""Reading the texts that may mean STOP and wait for a decision."""

from datetime import datetime

from sqlalchemy import (
    func,
    select,
)

from app.core.db import db
from app.suppression.models import (
    StopQuestion,
)


def find_open_stop_question(phone: str) -> StopQuestion | None:
    """The text from this number that may mean STOP and that nobody has decided about, if there
    is one.
    """
    waiting = select(StopQuestion).where(
        StopQuestion.phone == phone, StopQuestion.verdict.is_(None)
    )
    return db.session.scalars(waiting.execution_options(populate_existing=True)).first()


def count_open_stop_questions() -> tuple[int, datetime | None]:
    """How many people perhaps said STOP and wait for a decision, and until when the first one
    has to be made.
    """
    waiting = select(func.count(), func.min(StopQuestion.decide_by)).where(
        StopQuestion.verdict.is_(None)
    )
    count, first = db.session.execute(waiting).one()
    return count, first
