"""The job that sends what is due of sequences."""

import logging
from collections.abc import Sequence
from datetime import datetime

from app.core import failpoint
from app.core.clock import now
from app.core.db import db, write
from app.core.separate_runs import run_for_each
from app.core.settings import current_settings
from app.delivery.actions.step_texts import queue_step_text
from app.delivery.queries.installation_hold import find_sending_hold
from app.delivery.queries.sequence_texts import count_waiting_step_texts
from app.domain.sequences.sequence_states import SequenceState
from app.domain.sequences.step_times import find_latest_time
from app.message_templates.actions.template_use import count_templates_use
from app.sequences import sql
from app.sequences.actions.fault_pauses import pause_for_fault
from app.sequences.actions.person_changes import PersonChange
from app.sequences.actions.slice_planning import SlicePlanner
from app.sequences.actions.waiting_rechecks import recheck_waiting_texts
from app.sequences.queries.due_people import (
    DueSlice,
    list_due_sequence_ids,
    load_due_slice,
)
from app.sequences.queries.sequence_faults import find_sequence_fault
from app.sequences.queries.sequence_records import reload_sequence

log = logging.getLogger(__name__)
# People of one transaction: the write lock is free again after some ten milliseconds.
SLICE_PEOPLE = 200
# No more texts are made while so many wait: what is not made yet is still judged by everything
# that happens meanwhile, and the engine reads all that wait with each tick.
MAX_WAITING_TEXTS = 200
# Of one run, so that a large sequence keeps no other waiting.
MAX_SLICES = 25


def run_sequences(moment: datetime | None = None) -> int:
    """Send every step that is due at `moment` (UTC, default now); return how many people moved on.

    Idempotent, and safe in several processes at once: each person is changed by one guarded UPDATE
    in the transaction that makes their text. Needs an app context. A sequence that fails holds
    back no other.
    """
    # A copy, or an older state: what seems due may have been sent long ago.
    if find_sending_hold() is not None:
        return 0
    moment = moment or now()
    recheck_waiting_texts(moment)
    due_ids = list_due_sequence_ids(current_settings().carrier, moment)
    changed = run_for_each(
        due_ids, lambda id_: _run_sequence(id_, moment), "sequence %s could not go on"
    )
    db.session.rollback()
    return changed


def _run_sequence(sequence_id: int, moment: datetime) -> int:
    total = 0
    for _ in range(MAX_SLICES):
        carrier = current_settings().carrier
        room = MAX_WAITING_TEXTS - count_waiting_step_texts(carrier, MAX_WAITING_TEXTS)
        due = load_due_slice(sequence_id, moment, min(SLICE_PEOPLE, room)) if room > 0 else None
        if due is None or not due.people:
            break
        fault = find_sequence_fault(due)
        if fault:
            pause_for_fault(sequence_id, fault, moment)
            break
        changed = store_changes(due, SlicePlanner(due, moment).plan(), moment)
        total += changed
        # Nobody could move on: they wait for the budget, or another process was quicker.
        if not changed:
            break
    return total


def store_changes(due: DueSlice, changes: Sequence[PersonChange], moment: datetime) -> int:
    """Store what was computed of a slice; return how many people moved on.

    In one transaction: a crash leaves each of them as they were, or moved on with their text.
    """
    changed = 0
    with write():
        if not _is_unchanged(due):
            return 0
        for change in changes:
            changed += _store_change(change, moment)
        count_templates_use(_list_used_versions(changes), moment)
    if changed:
        log.info("sequence %s: %s people moved on", due.sequence.id, changed)
    return changed


def _is_unchanged(due: DueSlice) -> bool:
    sequence = reload_sequence(due.sequence.id)
    return (
        sequence is not None
        and sequence.state is SequenceState.ACTIVE
        and sequence.revision == due.revision
    )


def _store_change(change: PersonChange, moment: datetime) -> bool:
    """Store one person's change; False where they are not as they were read."""
    person, send = change.person, change.send
    if not sql.UPDATE_PERSON.execute(
        person_id=person.id,
        phone=person.phone,
        moment=moment,
        seen_step_id=person.step_id,
        seen_repetition=person.repetition,
        state=change.state,
        stop_reason=change.stop_reason,
        step_id=change.step_id,
        repetition=change.repetition,
        counts_from=change.counts_from,
        next_at=change.next_at,
        ended_at=change.ended_at,
    ):
        return False
    if send is not None:
        message_id = None
        if send.text is not None:
            not_after = find_latest_time(send.due_at, moment)
            message_id = queue_step_text(send.text, send.template_version_id, moment, not_after)
            failpoint.crash_if_armed("S1")
        # Unique for the person, the step and the repetition: a second one undoes all of it.
        sql.INSERT_SEND.execute(
            person_id=person.id,
            step_id=send.step_id,
            repetition=send.repetition,
            outcome=send.outcome,
            skip_reason=send.skip_reason,
            message_id=message_id,
            due_at=send.due_at,
            moment=moment,
        )
        failpoint.crash_if_armed("S2")
    return True


def _list_used_versions(changes: Sequence[PersonChange]) -> set[int | None]:
    return {change.send.template_version_id for change in changes if change.send}
