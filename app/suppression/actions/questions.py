"""Texts that may mean STOP: a person decides."""

from datetime import datetime
from typing import Literal

from sqlalchemy import update

from app.kit.db import db
from app.suppression.actions.lists import Gone, opt_out
from app.suppression.models import INBOUND, StopQuestion


def decide(question_id: int, verdict: Literal["out", "stay"], by: str, moment: datetime) -> StopQuestion:
    """Write down what a person read in a text that may mean STOP; "out" puts them on the list, as their own word.

    Raises Gone when somebody has decided before. Inside write().
    """
    decided = (
        update(StopQuestion)
        .where(StopQuestion.id == question_id, StopQuestion.verdict.is_(None))
        .values(verdict=verdict, decided_at=moment, decided_by=by)
        .returning(StopQuestion)
    )
    question = db.session.scalars(decided).first()
    if question is None:
        raise Gone
    if verdict == "out":
        opt_out(question.phone, source=INBOUND, reason=f"Texted: {(question.body or '')[:200]}", actor=by)
    return question
