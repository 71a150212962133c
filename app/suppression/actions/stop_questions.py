"""Texts that may mean STOP: nothing is sent to their number until a person decides, or the law
does.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update

from app.core.db import NotFound, db
from app.domain.time.business_days import STOP_DEADLINE_BUSINESS_DAYS, add_business_days
from app.suppression.actions import opt_out_sql
from app.suppression.actions.suppression_list import record_opt_out
from app.suppression.models import INBOUND_SOURCE, StopQuestion

MAX_QUOTE_CHARACTERS = 200


def open_stop_question(phone: str, message_id: int, body: str, moment: datetime) -> bool:
    """A text may mean STOP: hold everything to this number until somebody decides.

    Inside write().

    False when another text of theirs is waiting already; it keeps its deadline, ten business
    days after it came.
    """
    by = add_business_days(moment, STOP_DEADLINE_BUSINESS_DAYS)
    return bool(
        opt_out_sql.INSERT_STOP_QUESTION.execute(
            phone=phone, message_id=message_id, body=body, asked_at=moment, decide_by=by
        )
    )


def record_stop_verdict(
    question_id: int, verdict: Literal["out", "stay"], by: str | None, moment: datetime
) -> StopQuestion:
    """Write down what a person read in a text that may mean STOP; "out" puts them on the list,
    as their own word.

    `by`: None when nobody decided in time. Raises Gone when somebody has decided before. Inside
    write().
    """
    decided = (
        update(StopQuestion)
        .where(StopQuestion.id == question_id, StopQuestion.verdict.is_(None))
        .values(verdict=verdict, decided_at=moment, decided_by=by)
        .returning(StopQuestion)
    )
    question = db.session.scalars(decided, execution_options={"populate_existing": True}).first()
    if question is None:
        raise NotFound
    if verdict == "out":
        reason = f"Texted: {(question.body or '')[:MAX_QUOTE_CHARACTERS]}"
        record_opt_out(question.phone, source=INBOUND_SOURCE, reason=reason, actor=by)
    return question


def close_overdue_stop_questions(moment: datetime) -> list[str]:
    """Whoever perhaps said STOP and got no decision in time is out: then the law decides.

    Their numbers.

    Inside write().
    """
    late = select(StopQuestion.id).where(
        StopQuestion.verdict.is_(None), StopQuestion.decide_by <= moment
    )
    return [
        record_stop_verdict(id, "out", None, moment).phone for id in db.session.scalars(late).all()
    ]
