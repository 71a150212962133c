"""When which sequence sends its next steps, to how many people."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from app.core.db import db
from app.domain.sequences.sequence_states import SequencePersonState, SequenceState
from app.sequences.models import Sequence as SequenceRow
from app.sequences.progress_models import SequencePerson

# Of a stored moment, as far as its minute.
MINUTE_CHARACTERS = 16


class PlannedSteps(NamedTuple):
    """How many people of a sequence get its next step in one minute (UTC)."""

    sequence_id: int
    name: str
    moment: datetime
    people_count: int


def list_planned_steps(carrier: str, start: datetime | None, end: datetime) -> list[PlannedSteps]:
    """Return the next steps of everybody that are due before `end`, in the order of their minutes.

    `start`: only those due from then on; None: also those that are late. What follows a step is not
    planned yet.
    """
    person = SequencePerson
    minute = func.substr(person.next_at, 1, MINUTE_CHARACTERS)
    statement = (
        select(SequenceRow.id, SequenceRow.name, minute, func.count())
        .join(person, person.sequence_id == SequenceRow.id)
        .where(*_build_conditions(carrier, start, end))
        .group_by(SequenceRow.id, minute)
        .order_by(minute, SequenceRow.id)
    )
    return [
        PlannedSteps(sequence_id, name, _read_minute(text), count)
        for sequence_id, name, text, count in db.session.execute(statement)
    ]


def list_planned_phones(carrier: str, start: datetime | None, end: datetime) -> list[str]:
    """Return the number of each of these steps: someone with two of them is in it twice."""
    person = SequencePerson
    statement = select(person.phone).join(SequenceRow, SequenceRow.id == person.sequence_id)
    return list(db.session.scalars(statement.where(*_build_conditions(carrier, start, end))))


def _build_conditions(carrier: str, start: datetime | None, end: datetime) -> list[Any]:
    person = SequencePerson
    conditions = [
        SequenceRow.state == SequenceState.ACTIVE,
        SequenceRow.carrier == carrier,
        person.state == SequencePersonState.ACTIVE,
        # Without a step somebody has just started: their first step is found within seconds.
        person.step_id.is_not(None),
        person.next_at < end,
    ]
    if start is not None:
        conditions.append(person.next_at >= start)
    return conditions


def _read_minute(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
