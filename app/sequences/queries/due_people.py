"""Who of a sequence has a step due, and what decides whether they get it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.core.column_types import datetime_from_db
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.domain.sequences.sequence_states import SequencePersonState
from app.sequences import sql
from app.sequences.models import Sequence as SequenceRow
from app.sequences.models import SequenceStep
from app.sequences.progress_models import HAND_KEY, SequencePerson
from app.sequences.queries.sequence_records import list_steps, reload_sequence

# Both columns are required, and asked for.
MISSING_MOMENT = datetime.min.replace(tzinfo=UTC)


class DuePerson(NamedTuple):
    """One person of whom something is due; without a step their start is."""

    id: int
    phone: str
    start_key: str
    event_id: int | None
    started_at: datetime
    step_id: int | None
    repetition: int
    counts_from: datetime | None
    next_at: datetime

    @property
    def is_added_by_hand(self) -> bool:
        """Whether a user added them, whatever the trigger says."""
        return self.start_key.startswith(HAND_KEY)


DUE_COLUMNS = tuple(getattr(SequencePerson, name) for name in DuePerson._fields)


@dataclass(frozen=True)
class DueSlice:
    """The next people of one sequence, with the sequence as it was when they were read."""

    sequence: SequenceRow
    steps: Sequence[SequenceStep]
    people: Sequence[DuePerson]
    revision: int


def list_due_sequence_ids(carrier: str, moment: datetime) -> list[int]:
    """Return the sequences of a carrier that have something due. A read of indexes."""
    return sql.SELECT_DUE_SEQUENCES.fetch_values(carrier=carrier, moment=moment)


def load_due_slice(sequence_id: int, moment: datetime, most: int) -> DueSlice | None:
    """Return the people of a sequence of whom something is due, the longest due first.

    None where it is gone or no longer on.
    """
    # A snapshot of its own: the one before has been written since.
    db.session.rollback()
    sequence = reload_sequence(sequence_id)
    if sequence is None:
        return None
    rows = sql.SELECT_DUE_PEOPLE.fetch_rows(sequence_id=sequence_id, moment=moment, most=most)
    people = list(map(_read_person, rows))
    return DueSlice(sequence, list_steps(sequence_id), people, sequence.revision)


def count_due_people(sequence_id: int, moment: datetime) -> int:
    """Return of how many people of a sequence something is due."""
    row = SequencePerson
    return count_rows(
        row,
        row.sequence_id == sequence_id,
        row.state == SequencePersonState.ACTIVE,
        row.next_at <= moment,
    )


def copy_person(row: SequencePerson) -> DuePerson:
    """Return a person as of a slice; whose way has ended is due since their start."""
    values = {name: getattr(row, name) for name in DuePerson._fields}
    return DuePerson(**values | {"next_at": row.next_at or row.started_at})


def _read_person(row: tuple[Any, ...]) -> DuePerson:
    person = DuePerson(*row)
    return person._replace(
        started_at=datetime_from_db(row[4]) or MISSING_MOMENT,
        counts_from=datetime_from_db(row[7]),
        next_at=datetime_from_db(row[8]) or MISSING_MOMENT,
    )
