"""Pause a sequence that cannot go on before a person has looked at it."""

import logging
from datetime import datetime

from app.core.db import db, write
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.domain.delivery.alert_messages import AlertEvent
from app.domain.sequences.sequence_states import SequenceState
from app.sequences.actions.text_withdrawal import withdraw_texts
from app.sequences.queries.sequence_records import reload_sequence

log = logging.getLogger(__name__)
PAUSED_FIX = "Edit the sequence, then resume it."


def pause_for_fault(sequence_id: int, fault: str, moment: datetime) -> None:
    """Pause a sequence, take back what waits of it, and tell the admins. Opens write()."""
    with write():
        sequence = reload_sequence(sequence_id)
        if sequence is None or sequence.state is not SequenceState.ACTIVE:
            return
        sequence.state, sequence.pause_reason = SequenceState.PAUSED, fault
        db.session.flush()
        # It would be refused, or sent to people who are no longer meant.
        withdraw_texts(sequence_id, is_put_back=True)
        notice = build_notice(AlertEvent.SEQUENCE_STOPPED, fault, PAUSED_FIX, moment)
        tell_admins(notice, f"/sequences/{sequence_id}")
    log.warning("sequence %s is paused", sequence_id)
