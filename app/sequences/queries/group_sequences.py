"""The sequences that a group starts, or whose steps ask for it."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from app.core.db import db
from app.core.fetched_rows import fetch_tuples
from app.domain.sequences.sequence_states import SequenceState, SequenceTrigger
from app.domain.sequences.step_conditions import (
    GROUP_CONDITIONS,
    StepCondition,
    write_step_condition,
)
from app.sequences.models import Sequence as SequenceRow
from app.sequences.models import SequenceStep


def list_sequences_of_group(group_id: int) -> Sequence[SequenceRow]:
    """Return the sequences in use that need a group, in order of their names."""
    row, step = SequenceRow, SequenceStep
    # A condition has one spelling as JSON.
    conditions = [write_step_condition(StepCondition(kind, group_id)) for kind in GROUP_CONDITIONS]
    asking = select(step.sequence_id).where(
        step.removed_at.is_(None),
        or_(step.condition.in_(conditions), step.until_condition.in_(conditions)),
    )
    statement = select(row).where(
        or_(row.group_id == group_id, row.id.in_(asking)), row.state != SequenceState.ARCHIVED
    )
    return db.session.scalars(statement.order_by(row.folded_name)).all()


def find_started_sequences() -> dict[int, str]:
    """Return which sequences joining a group starts now, by group: “Welcome”, “Second week”."""
    row = SequenceRow
    statement = select(row.group_id, row.name).where(
        row.state == SequenceState.ACTIVE, row.trigger_kind == SequenceTrigger.GROUP
    )
    labels: dict[int, str] = {}
    for group_id, name in fetch_tuples(statement.order_by(row.folded_name)):
        if group_id is not None:
            labels[group_id] = ", ".join(filter(None, [labels.get(group_id), f"“{name}”"]))
    return labels
