"""Adding people to a sequence by hand."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from sqlalchemy import Select, insert, select

from app.core.db import ChangedMeanwhile, db
from app.domain.sequences.sequence_states import OPEN_PERSON_STATES, SequenceState
from app.sequences.actions.sequence_editing import require_sequence
from app.sequences.progress_models import SequencePerson

# Rows of one INSERT; SQLite binds at most 32,766 values.
ROWS_AT_ONCE = 2_000


def start_by_hand(
    sequence_id: int, phones: Iterable[str], start_name: str, username: str, moment: datetime
) -> int:
    """Start a sequence for people; return for how many. Inside write().

    Who is in it already goes on where they are. `start_name` names this start: posted twice, it
    counts once. Raises NotFound, and ChangedMeanwhile for an archived sequence.
    """
    sequence = require_sequence(sequence_id)
    if sequence.state is SequenceState.ARCHIVED:
        raise ChangedMeanwhile
    start_key = f"hand:{start_name}"
    in_it = set(db.session.scalars(_select_phones_in_it(sequence_id, start_key)))
    rows = (
        {
            "sequence_id": sequence_id,
            "phone": phone,
            "start_key": start_key,
            # Its texts may name the event.
            "event_id": sequence.event_id,
            "added_by": username,
            "started_at": moment,
            "next_at": moment,
        }
        for phone in sorted(set(phones) - in_it)
    )
    count = 0
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        db.session.execute(insert(SequencePerson), batch)
        count += len(batch)
    return count


def _select_phones_in_it(sequence_id: int, start_key: str) -> Select[str]:
    row = SequencePerson
    is_in_it = row.state.in_(OPEN_PERSON_STATES) | (row.start_key == start_key)
    return select(row.phone).where(row.sequence_id == sequence_id, is_in_it)
