"""The sequences that use a field of people: in a text, as their date, or in a condition."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.core.db import db
from app.domain.sequences.sequence_states import SequenceState
from app.domain.sequences.step_conditions import (
    FIELD_CONDITIONS,
    InvalidStepCondition,
    parse_step_condition,
)
from app.domain.texts.field_mentions import find_field_names
from app.domain.texts.template_fields import fold_field_name
from app.domain.texts.translations import join_texts
from app.sequences.models import Sequence as SequenceRow
from app.sequences.models import SequenceStep


def list_sequences_with_field_text(name: str) -> Sequence[SequenceRow]:
    """Return the sequences in use with a step whose text names a field, in order of their names."""
    return _list_sequences({step.sequence_id for step in list_steps_with_field(name)})


def list_sequences_by_field(field_id: int) -> Sequence[SequenceRow]:
    """Return the sequences in use that a date in a field starts, or that ask for the field."""
    started = select(SequenceRow.id).where(SequenceRow.field_id == field_id)
    ids = set(db.session.scalars(started))
    for step in _list_steps_in_use():
        # What cannot be read names nothing; the sequence says so when it is due.
        if _asks_for_field(step.condition, field_id) or _asks_for_field(
            step.until_condition, field_id
        ):
            ids.add(step.sequence_id)
    return _list_sequences(ids)


def list_steps_with_field(name: str) -> list[SequenceStep]:
    """Return the steps in use whose text names a field, also in a translation."""
    folded = fold_field_name(name)
    steps = []
    for step in _list_steps_in_use():
        texts = join_texts(step.body, step.translations.values())
        if folded in find_field_names(texts, (folded,)):
            steps.append(step)
    return steps


def _list_steps_in_use() -> Sequence[SequenceStep]:
    statement = (
        select(SequenceStep)
        .join(SequenceRow, SequenceRow.id == SequenceStep.sequence_id)
        .where(
            SequenceStep.removed_at.is_(None),
            # An ended sequence sends nothing any more.
            SequenceRow.state != SequenceState.ARCHIVED,
        )
    )
    return db.session.scalars(statement.order_by(SequenceStep.id)).all()


def _list_sequences(ids: Collection[int]) -> Sequence[SequenceRow]:
    row = SequenceRow
    statement = select(row).where(row.id.in_(ids), row.state != SequenceState.ARCHIVED)
    return db.session.scalars(statement.order_by(row.folded_name)).all()


def _asks_for_field(text: str | None, field_id: int) -> bool:
    try:
        condition = parse_step_condition(text)
    except InvalidStepCondition:
        return False
    if condition is None or condition.kind not in FIELD_CONDITIONS:
        return False
    return condition.ref_id == field_id
