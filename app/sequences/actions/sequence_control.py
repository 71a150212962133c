"""Switching a sequence on, pausing it, and archiving it."""

from datetime import datetime

from app.accounts.queries import find_user_id
from app.core.db import ChangedMeanwhile, db
from app.core.settings import current_settings
from app.domain.sequences.sequence_states import (
    EVENT_TRIGGERS,
    SequenceState,
    SequenceStopReason,
    SequenceTrigger,
)
from app.sequences.actions.person_control import end_everyone
from app.sequences.actions.sequence_editing import require_sequence
from app.sequences.actions.text_withdrawal import withdraw_texts
from app.sequences.models import Sequence
from app.sequences.queries.sequence_people_list import count_open_people
from app.sequences.queries.sequence_records import list_steps

MAY_START = frozenset({SequenceState.OFF, SequenceState.PAUSED})


class MadeForOtherCarrier(Exception):
    """People are in it who entered in practice mode, or before it: they never get real texts."""


class NotReady(Exception):
    """A sequence cannot be switched on. `sentence`: why, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def switch_on(sequence_id: int, username: str, moment: datetime) -> Sequence:
    """Let a sequence start for people and send; `username` answers for it. Inside write().

    Raises NotFound, ChangedMeanwhile, MadeForOtherCarrier, and NotReady where it has no step or
    what starts it was not chosen.
    """
    row = require_sequence(sequence_id)
    if row.state not in MAY_START:
        raise ChangedMeanwhile
    if problem := find_missing_start(row):
        raise NotReady(problem)
    carrier = current_settings().carrier
    if row.carrier != carrier:
        # Who entered in practice must not be texted for real.
        if count_open_people(sequence_id):
            raise MadeForOtherCarrier
        row.carrier = carrier
    if row.state is SequenceState.OFF:
        row.scanned_on = None
    row.state, row.pause_reason = SequenceState.ACTIVE, None
    row.activated_by, row.activated_at = username, moment
    row.activated_by_id = find_user_id(username)
    db.session.flush()
    return row


def pause_sequence(sequence_id: int) -> Sequence:
    """Send nothing of a sequence until it is resumed; people still enter it. Inside write()."""
    row = require_sequence(sequence_id)
    if row.state is not SequenceState.ACTIVE:
        raise ChangedMeanwhile
    row.state = SequenceState.PAUSED
    db.session.flush()
    withdraw_texts(sequence_id, is_put_back=True)
    return row


def archive_sequence(sequence_id: int, moment: datetime) -> int:
    """End a sequence for good; return for how many people it ended early. Inside write()."""
    row = require_sequence(sequence_id)
    if row.state is SequenceState.ARCHIVED:
        raise ChangedMeanwhile
    row.state, row.pause_reason = SequenceState.ARCHIVED, None
    db.session.flush()
    return end_everyone(sequence_id, SequenceStopReason.SEQUENCE_ENDED, moment)


def find_missing_start(row: Sequence) -> str:
    """Return what has to be chosen before a sequence can start, "" for nothing."""
    if not list_steps(row.id):
        return "Add a step."
    if row.trigger_kind is SequenceTrigger.GROUP and row.group_id is None:
        return "Choose the group that starts it."
    if row.trigger_kind is SequenceTrigger.ANSWERED and row.survey_id is None:
        return "Choose the survey that starts it."
    if row.trigger_kind is SequenceTrigger.DATE_FIELD and row.field_id is None:
        return "Choose the field with the date."
    if row.trigger_kind in EVENT_TRIGGERS and row.event_id is None and not row.is_any_event:
        return "Choose the event that starts it."
    return ""
