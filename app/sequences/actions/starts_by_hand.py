"""Adding people to a sequence by hand."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.dialects.sqlite import insert

from app.core.db import ChangedMeanwhile, db, execute_and_count_rows
from app.core.listed_values import build_listed_column
from app.core.settings import current_settings
from app.domain.sequences.sequence_states import OPEN_PERSON_STATES, SequenceState
from app.sequences.actions.sequence_control import MadeForOtherCarrier
from app.sequences.actions.sequence_editing import require_sequence
from app.sequences.models import Sequence
from app.sequences.progress_models import HAND_KEY, SequencePerson
from app.sequences.queries.sequence_people_list import count_open_people


def start_by_hand(
    sequence_id: int, phones: Iterable[str], start_name: str, username: str, moment: datetime
) -> int:
    """Start a sequence for people; return for how many. Inside write().

    Who is in it already goes on where they are. `start_name` names this start: posted twice, it
    counts once. Raises NotFound, ChangedMeanwhile for an archived sequence, and
    MadeForOtherCarrier.
    """
    sequence = require_sequence(sequence_id)
    if sequence.state is SequenceState.ARCHIVED:
        raise ChangedMeanwhile
    _take_over_carrier(sequence)
    row = SequencePerson
    phone = build_listed_column(sorted(set(phones)))
    in_it = select(row.phone).where(
        row.sequence_id == sequence_id, row.state.in_(OPEN_PERSON_STATES)
    )
    values = {
        "sequence_id": literal(sequence_id),
        "phone": phone,
        "start_key": literal(f"{HAND_KEY}{start_name}"),
        # Its texts may name the event.
        "event_id": literal(sequence.event_id, row.event_id.type),
        "added_by": literal(username),
        "started_at": literal(moment, row.started_at.type),
        "next_at": literal(moment, row.next_at.type),
    }
    people = select(*(value.label(name) for name, value in values.items())).where(
        phone.not_in(in_it)
    )
    # One statement: 100,000 rows one by one held the write lock for six seconds.
    statement = insert(row).from_select(list(values), people, include_defaults=False)
    return execute_and_count_rows(statement.on_conflict_do_nothing())


def _take_over_carrier(sequence: Sequence) -> None:
    """Let a sequence that is not on be of the mode in which people are added to it.

    One that came in practice mode could not be switched on for real once they are in it.
    """
    carrier = current_settings().carrier
    if sequence.carrier == carrier:
        return
    if sequence.state is SequenceState.ACTIVE or count_open_people(sequence.id):
        raise MadeForOtherCarrier
    sequence.carrier = carrier
    db.session.flush()
