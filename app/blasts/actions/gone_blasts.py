"""Release of a blast that has gone out already, found by Reconcile: its rows wait, all held."""

import logging

from app.audiences.actions.audience_topics import record_segment_topics
from app.blasts.queries import audience
from app.blasts.queries.field_fillings import FieldNotTextable
from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.core.db import db, write
from app.delivery.actions import blast_messages, sending_hold
from app.delivery.queries import blast_records
from app.domain.delivery.installation_rules import HoldReason
from app.events.queries import events

log = logging.getLogger(__name__)


def release_gone_blast(scheduled_id: int) -> bool:
    """Make the rows of a scheduled blast whose texts are in the carrier's list; False if ended.

    Nothing leaves: the blast is paused in the same transaction. Who is on the list of people now
    and has no text there waits for a person's Resume. Its rows have the time at which it was due.
    """
    blast = blast_records.reload_scheduled_blast(scheduled_id)
    try:
        rendered = render_scheduled_blast(blast)
    except (audience.BlastEventNotFound, FieldNotTextable):
        return False
    if not rendered.texts:
        return False
    event = events.find_event(blast.event_id)
    event_title = event.title if event else None
    due_at, carrier = blast.scheduled_at, blast.carrier
    audience_id = blast.audience_id
    db.session.rollback()
    with write():
        if not blast_messages.claim_scheduled_blast(scheduled_id, due_at, was_sent_before=True):
            return False
        log_id = blast_messages.create_blast_messages(scheduled_id, rendered, due_at, event_title)
        record_segment_topics(log_id, audience_id)
        sending_hold.pause_running_blasts(HoldReason.BEHIND, carrier)
    log.info("blast %s had gone out: log %s", scheduled_id, log_id)
    return True
