"""Judge again the texts of sequences that wait: their reader may have replied or left meanwhile.

Whoever may not be texted at all is seen when a text is claimed; that somebody is no longer meant
by a sequence, only it can know.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from app.core.db import db, write
from app.core.separate_runs import run_for_each
from app.delivery.actions.step_texts import cancel_step_text
from app.domain.sequences.sequence_states import SequencePersonState, SequenceStopReason
from app.organisation.queries import get_organisation_timezone
from app.sequences.actions.fault_pauses import pause_for_fault
from app.sequences.actions.step_decisions import find_stop_reason
from app.sequences.progress_models import SequencePerson
from app.sequences.queries.due_people import DueSlice, copy_person
from app.sequences.queries.sequence_faults import find_trigger_fault
from app.sequences.queries.sequence_records import reload_sequence
from app.sequences.queries.slice_facts import load_slice_facts
from app.sequences.queries.waiting_sends import WaitingSend, list_waiting_sends

log = logging.getLogger(__name__)


def recheck_waiting_texts(moment: datetime) -> int:
    """Cancel the texts that wait whose reader is no longer meant; return how many."""
    by_sequence: defaultdict[int, list[WaitingSend]] = defaultdict(list)
    for waiting in list_waiting_sends():
        by_sequence[waiting.person.sequence_id].append(waiting)
    return run_for_each(
        by_sequence,
        lambda id_: _recheck_sequence(id_, by_sequence[id_], moment),
        "texts of sequence %s could not be judged again",
    )


def _recheck_sequence(sequence_id: int, sends: Sequence[WaitingSend], moment: datetime) -> int:
    reasons = _find_stop_reasons(sequence_id, sends, moment)
    return _cancel_texts(sends, reasons, moment) if reasons else 0


def _find_stop_reasons(
    sequence_id: int, sends: Sequence[WaitingSend], moment: datetime
) -> dict[int, SequenceStopReason]:
    """Return why the sequence ends for those for whom it does, by the id of their row."""
    sequence = reload_sequence(sequence_id)
    if sequence is None:
        return {}
    # "The group is gone" ends no one's sequence: a person decides.
    if fault := find_trigger_fault(sequence):
        pause_for_fault(sequence_id, fault, moment)
        return {}
    people = [copy_person(waiting.person) for waiting in sends]
    facts = load_slice_facts(DueSlice(sequence, (), people, sequence.revision))
    zone = get_organisation_timezone()
    reasons = {}
    for person in people:
        reason = find_stop_reason(person, sequence, facts, zone)
        if reason is not None:
            reasons[person.id] = reason
    return reasons


def _cancel_texts(
    sends: Sequence[WaitingSend], reasons: dict[int, SequenceStopReason], moment: datetime
) -> int:
    """Cancel texts, and end the sequence for their readers unless it was their last step."""
    canceled = 0
    with write():
        for waiting in sends:
            person_id = waiting.person.id
            reason = reasons.get(person_id)
            if reason is None or not cancel_step_text(waiting.message_id):
                continue
            canceled += 1
            # Whose last step it was is through: their way has ended already.
            person = db.session.get(SequencePerson, person_id, populate_existing=True)
            if person is not None and person.ended_at is None:
                person.state, person.stop_reason = SequencePersonState.STOPPED, reason.value
                person.step_id = person.next_at = None
                person.ended_at = moment
    log.info("sequences: %s texts that waited are not sent", canceled)
    return canceled
