"""Pausing, resuming and ending a sequence for one person, or ending it for everyone in it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Update, update

from app.core.db import ChangedMeanwhile, execute_and_count_rows
from app.domain.sequences.sequence_states import (
    OPEN_PERSON_STATES,
    SequencePersonState,
    SequenceStopReason,
)
from app.sequences.actions.text_withdrawal import withdraw_texts
from app.sequences.progress_models import SequencePerson


def pause_person(sequence_id: int, person_id: int) -> None:
    """Send one person nothing more of a sequence until it is resumed. Inside write()."""
    states = (SequencePersonState.ACTIVE,)
    _change_person(sequence_id, person_id, states, {"state": SequencePersonState.PAUSED})
    withdraw_texts(sequence_id, person_id, is_put_back=True)


def resume_person(sequence_id: int, person_id: int) -> None:
    """Go on for one person where it was paused; steps that are a day late are skipped."""
    states = (SequencePersonState.PAUSED,)
    _change_person(sequence_id, person_id, states, {"state": SequencePersonState.ACTIVE})


def end_person(sequence_id: int, person_id: int, moment: datetime) -> None:
    """End a sequence for one person. Inside write()."""
    values = _build_end_values(SequenceStopReason.BY_HAND, moment)
    _change_person(sequence_id, person_id, OPEN_PERSON_STATES, values)
    withdraw_texts(sequence_id, person_id)


def end_everyone(sequence_id: int, reason: SequenceStopReason, moment: datetime) -> int:
    """End a sequence for everyone in it; return how many they were. Inside write()."""
    statement = _update_people(sequence_id, OPEN_PERSON_STATES)
    count = execute_and_count_rows(statement.values(_build_end_values(reason, moment)))
    withdraw_texts(sequence_id)
    return count


def _change_person(
    sequence_id: int,
    person_id: int,
    states: Collection[SequencePersonState],
    values: dict[str, Any],
) -> None:
    # A guarded UPDATE: the page may show what is over by now.
    statement = _update_people(sequence_id, states).where(SequencePerson.id == person_id)
    if not execute_and_count_rows(statement.values(values)):
        raise ChangedMeanwhile


def _update_people(sequence_id: int, states: Collection[SequencePersonState]) -> Update:
    statement = update(SequencePerson).where(
        SequencePerson.sequence_id == sequence_id, SequencePerson.state.in_(states)
    )
    return statement.execution_options(synchronize_session=False)


def _build_end_values(reason: SequenceStopReason, moment: datetime) -> dict[str, Any]:
    return {
        "state": SequencePersonState.STOPPED,
        "stop_reason": reason,
        "step_id": None,
        "next_at": None,
        "ended_at": moment,
    }
