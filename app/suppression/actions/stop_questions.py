"""STOP questions: texts that may mean STOP.

Nothing is sent to their number until a person decides, or until the deadline has passed: then the
number counts as opted out.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update

from app.core.db import NotFound, db
from app.domain.time.business_days import STOP_DEADLINE_BUSINESS_DAYS, add_business_days
from app.suppression import sql
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.models import INBOUND_SOURCE, StopQuestion

MAX_QUOTE_CHARACTERS = 200


def open_stop_question(
    phone: str,
    message_id: int | None,
    body: str,
    moment: datetime,
) -> bool:
    """Open a STOP question for a text. Inside write().

    Returns False when another one of this number is open; that one keeps its deadline, ten
    business days after its text.
    """
    deadline = add_business_days(moment, STOP_DEADLINE_BUSINESS_DAYS)
    inserted_rows = sql.INSERT_STOP_QUESTION.execute(
        phone=phone, message_id=message_id, body=body, asked_at=moment, decide_by=deadline
    )
    return inserted_rows > 0


def record_stop_verdict(
    question_id: int, verdict: Literal["out", "stay"], by: str | None, moment: datetime
) -> StopQuestion:
    """Record what a text that may mean STOP meant; "out" opts its number out. Inside write().

    `by`: the user who decided, None when the deadline has passed. Raises NotFound when the
    question is closed already.
    """
    # Guarded by the open verdict: of two users who decide at once the second gets NotFound.
    decision = (
        update(StopQuestion)
        .where(StopQuestion.id == question_id, StopQuestion.verdict.is_(None))
        .values(verdict=verdict, decided_at=moment, decided_by=by)
        .returning(StopQuestion)
    )
    question = db.session.scalars(decision, execution_options={"populate_existing": True}).first()
    if question is None:
        raise NotFound
    if verdict == "out":
        reason = f"Texted: {(question.body or '')[:MAX_QUOTE_CHARACTERS]}"
        record_opt_out(question.phone, source=INBOUND_SOURCE, reason=reason, actor=by)
    return question


def close_overdue_stop_questions(moment: datetime) -> list[StopQuestion]:
    """Opt out the numbers whose STOP question nobody decided in time; return the questions.

    Inside write().
    """
    overdue = select(StopQuestion.id).where(
        StopQuestion.verdict.is_(None), StopQuestion.decide_by <= moment
    )
    return [
        record_stop_verdict(question_id, "out", None, moment)
        for question_id in db.session.scalars(overdue).all()
    ]
