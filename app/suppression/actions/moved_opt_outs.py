"""Somebody has a new number: what their old one said about texts is not lost.

Inside write(). A recorded yes stays with the old number: it was given for that one.
"""

from datetime import datetime

from sqlalchemy import exists, func, insert, literal, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from app.core.column_types import UtcDateTime
from app.core.db import db, execute_and_count_rows
from app.suppression.actions.stop_questions import open_stop_question
from app.suppression.models import (
    StopQuestion,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)
from app.suppression.pause_models import ReplacedPause
from app.suppression.queries.sending_permission import has_opted_out
from app.suppression.queries.stop_questions import find_open_stop_question
from app.suppression.topic_models import DeletedTopicLeave, UnsubscribedTopic

# What the question quotes where the opt-out has no words of its own.
EARLIER_OPT_OUT_BODY = "STOP (under their earlier number)"


def carry_over_opt_outs(old_phone: str, new_phone: str, moment: datetime) -> bool:
    """Ask whether the new number gets texts, when the old one had opted out or perhaps had.

    Returns whether a person has to decide now; until then nothing is sent to the new number.
    Pauses, and topics that were left, hold for the new number as they are.
    """
    _move_open_question(old_phone, new_phone)
    return keep_opt_outs(old_phone, new_phone, moment)


def keep_opt_outs(old_phone: str, new_phone: str, moment: datetime) -> bool:
    """Do the same for a number that is no longer theirs, and keeps what it said."""
    _copy_pause(old_phone, new_phone)
    _copy_topics(old_phone, new_phone, moment)
    body = _find_opt_out_words(old_phone)
    if body is not None and not has_opted_out(new_phone):
        open_stop_question(new_phone, None, body, moment)
    return find_open_stop_question(new_phone) is not None


def _move_open_question(old_phone: str, new_phone: str) -> None:
    """Let the open question be about the new number; the deadline stays.

    Where the new number has one too, the old one keeps its own: nobody is texted under either.
    """
    other = aliased(StopQuestion)
    has_own = exists().where(other.phone == new_phone, other.verdict.is_(None))
    statement = update(StopQuestion).where(
        StopQuestion.phone == old_phone, StopQuestion.verdict.is_(None), ~has_own
    )
    execute_and_count_rows(
        statement.values(phone=new_phone).execution_options(synchronize_session=False)
    )


def _copy_pause(old_phone: str, new_phone: str) -> None:
    """Let a pause of the old number hold for the new one, also one behind an opt-out."""
    row = UnsubscribedContact
    if db.session.scalar(select(exists().where(row.phone == new_phone))):
        return
    columns = ("source", "reason", "name", "created_at", "ends_at")
    for pause in (row, ReplacedPause):
        values = (getattr(pause, column) for column in columns)
        copied_rows = select(literal(new_phone), *values, func.fold_name(pause.name)).where(
            pause.phone == old_phone, pause.ends_at.is_not(None)
        )
        statement = sqlite_insert(row).from_select(["phone", *columns, "folded_name"], copied_rows)
        execute_and_count_rows(statement.on_conflict_do_nothing(["phone"]))


def _copy_topics(old_phone: str, new_phone: str, moment: datetime) -> None:
    """Let topics that the old number left be left by the new one, deleted ones too."""
    row = UnsubscribedTopic
    left = select(row.group_id).where(row.phone == new_phone, row.until.is_(None))
    topics = select(
        literal(new_phone), row.group_id, literal(moment, UtcDateTime), row.source
    ).where(row.phone == old_phone, row.until.is_(None), row.group_id.not_in(left))
    columns = ["phone", "group_id", "since", "source"]
    execute_and_count_rows(insert(row).from_select(columns, topics))
    leave = DeletedTopicLeave
    names = select(leave.folded_name, literal(new_phone), leave.since, leave.source)
    statement = sqlite_insert(leave).from_select(
        ["folded_name", "phone", "since", "source"], names.where(leave.phone == old_phone)
    )
    execute_and_count_rows(statement.on_conflict_do_nothing())


def _find_opt_out_words(phone: str) -> str | None:
    """Return the words of the opt-out of a number, or perhaps one; None when there is none."""
    row, dead = UnsubscribedContact, SuppressedContact
    question = find_open_stop_question(phone)
    if question is not None:
        return question.body or EARLIER_OPT_OUT_BODY
    opt_out = select(row.reason).where(row.phone == phone, row.ends_at.is_(None))
    blocked = select(dead.reason).where(
        dead.phone == phone, dead.category == SuppressionCategory.OPT_OUT
    )
    row_of_list = db.session.execute(opt_out.union_all(blocked)).first()
    return (row_of_list[0] or EARLIER_OPT_OUT_BODY) if row_of_list else None
