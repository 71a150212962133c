"""Sequences and their steps by id, and what the audit calls them."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.sequences.models import Sequence as SequenceRow
from app.sequences.models import SequenceStep


def find_sequence(sequence_id: int | None) -> SequenceRow | None:
    """Return the sequence with this id, or None."""
    return db.session.get(SequenceRow, sequence_id) if sequence_id else None


def reload_sequence(sequence_id: int) -> SequenceRow | None:
    """Read a sequence again, past what the session has loaded; None when it is gone."""
    return db.session.get(SequenceRow, sequence_id, populate_existing=True)


def list_steps(sequence_id: int) -> Sequence[SequenceStep]:
    """Return the steps of a sequence in order, read anew, without removed ones."""
    statement = select(SequenceStep).where(
        SequenceStep.sequence_id == sequence_id, SequenceStep.removed_at.is_(None)
    )
    statement = statement.order_by(SequenceStep.position, SequenceStep.id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def load_step_times(sequence_id: int) -> dict[int, tuple[object, ...]]:
    """Return what decides when each step in use is due, by its id."""
    return {
        step.id: (step.delay_days, step.time_of_day, step.repeat_days, step.is_on)
        for step in list_steps(sequence_id)
    }


def find_step_positions(sequence_id: int) -> dict[int, int]:
    """Return the place of each step of a sequence by id, of removed ones too."""
    row = SequenceStep
    return fetch_dict(select(row.id, row.position).where(row.sequence_id == sequence_id))


def find_sequence_names(sequence_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these sequences by id; a deleted one is missing."""
    row = SequenceRow
    return fetch_dict(select(row.id, row.name).where(row.id.in_(sequence_ids)))


def find_step_numbers(sequence_ids: Collection[int]) -> dict[int, int]:
    """Return the number of each step of these sequences by its id, from 1, without removed ones."""
    if not sequence_ids:
        return {}
    row = SequenceStep
    number = func.row_number().over(partition_by=row.sequence_id, order_by=(row.position, row.id))
    statement = select(row.id, number).where(
        row.sequence_id.in_(sequence_ids), row.removed_at.is_(None)
    )
    return fetch_dict(statement)
