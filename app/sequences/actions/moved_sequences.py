"""A person has another number: their sequences go with them. Inside write()."""

from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased

from app.core.clock import now
from app.core.db import db, execute_and_count_rows
from app.domain.sequences.sequence_states import (
    OPEN_PERSON_STATES,
    SequencePersonState,
    SequenceStopReason,
)
from app.sequences.progress_models import SequencePerson, SequenceSend


def move_sequences(old_phone: str, new_phone: str) -> None:
    """Let somebody go on in their sequences under a new number, each step once.

    Where both numbers have the same start, the steps of both count as sent. Of two ways through
    one sequence at the same time the first goes on.
    """
    for other_id, kept_id in _list_same_starts(old_phone, new_phone):
        _join_starts(other_id, kept_id)
    moved = update(SequencePerson).where(SequencePerson.phone == old_phone)
    _run(moved.values(phone=new_phone))
    _stop_second_ways(new_phone)
    # The statements wrote below the session.
    db.session.expire_all()


def _list_same_starts(old_phone: str, new_phone: str) -> list[tuple[int, int]]:
    """Return (id of the one that ends, id of the one that stays) of each start that both have.

    The new number's stays, unless only the old one's goes on: of two numbers of one person the
    second is stopped, and may be made the first.
    """
    old, new = aliased(SequencePerson), aliased(SequencePerson)
    statement = select(old.id, new.id, old.state, new.state).where(
        old.phone == old_phone,
        new.phone == new_phone,
        new.sequence_id == old.sequence_id,
        new.start_key == old.start_key,
    )
    pairs = []
    for old_id, new_id, old_state, new_state in db.session.execute(statement):
        is_old_kept = old_state in OPEN_PERSON_STATES and new_state not in OPEN_PERSON_STATES
        pairs.append((new_id, old_id) if is_old_kept else (old_id, new_id))
    return pairs


def _join_starts(other_id: int, kept_id: int) -> None:
    """Give the steps of one way to the other, but those that it has, and delete it."""
    row, other = SequenceSend, aliased(SequenceSend)
    is_there = exists().where(
        other.sequence_person_id == kept_id,
        other.step_id == row.step_id,
        other.repetition == row.repetition,
    )
    # What both got stays with the one that goes on; what only one got is not sent again.
    transfer = update(row).where(row.sequence_person_id == other_id, ~is_there.correlate(row))
    _run(transfer.values(sequence_person_id=kept_id))
    _run(delete(SequencePerson).where(SequencePerson.id == other_id))


def _stop_second_ways(phone: str) -> None:
    """Stop what began second of one sequence for the same event, or without one."""
    row, first = SequencePerson, aliased(SequencePerson)
    is_second = exists().where(
        first.phone == phone,
        first.sequence_id == row.sequence_id,
        first.event_id.is_not_distinct_from(row.event_id),
        first.state.in_(OPEN_PERSON_STATES),
        first.id < row.id,
    )
    stopped = update(row).where(
        row.phone == phone, row.state.in_(OPEN_PERSON_STATES), is_second.correlate(row)
    )
    values = {
        "state": SequencePersonState.STOPPED,
        "stop_reason": SequenceStopReason.OTHER_NUMBER.value,
        "step_id": None,
        "next_at": None,
        "ended_at": now(),
    }
    _run(stopped.values(values))


def _run(statement: Any) -> None:
    execute_and_count_rows(statement.execution_options(synchronize_session=False))
