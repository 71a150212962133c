"""What happens to blasts that wait for approval while no one decides."""

import logging
from datetime import datetime, timedelta

from app.accounts.sender_limit_queries import list_limited_user_ids
from app.approvals.actions.approval_requests import tell_of_overdue_request, withdraw_requests
from app.approvals.actions.code_answers import delete_old_codes
from app.approvals.queries.approval_records import find_latest_request, list_open_requests
from app.blasts.actions.approval_judgement import (
    ask_about_due_blast,
    judge_planned_blast,
    needs_planned_judgement,
)
from app.blasts.queries import audience
from app.blasts.queries.approval_content import hash_blast
from app.blasts.queries.field_fillings import FieldNotTextable
from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.core.clock import now
from app.core.db import db, write
from app.core.local_formats import format_time_in_zone
from app.core.settings import current_settings
from app.delivery.actions.blast_scheduling import expire_scheduled_blast
from app.delivery.queries.installation_hold import find_sending_hold
from app.delivery.queries.waiting_approvals import (
    list_coming_reminders,
    list_ended_unapproved_blasts,
    list_waiting_blasts,
    waits_for_approval,
)
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.approval_states import RequestState

REMINDERS_ASKED_AHEAD = timedelta(hours=24)
log = logging.getLogger(__name__)
NOT_APPROVED_ERROR = "Nothing was sent: it was not approved before {end}, when it had to end."
CHANGED_REASON = "It is not the text that was asked about."


def attend_waiting_approvals(moment: datetime | None = None) -> int:
    """Tell of, end and ask anew about what waits for approval; return how many were changed.

    Idempotent, and safe in several processes at once: each blast is read again in the transaction
    that changes it. Needs an app context.
    """
    # A copy, or an older state of the database: what it asks may have been decided long ago.
    if find_sending_hold() is not None:
        return 0
    moment, carrier = moment or now(), current_settings().carrier
    changed = _end_unapproved_blasts(carrier, moment)
    waiting = list_waiting_blasts(carrier)
    changed += _withdraw_requests_of_ended_blasts(moment)
    for blast in waiting:
        changed += _tell_if_overdue(blast, moment) or _ask_anew_if_changed(blast, moment)
    _ask_about_reminders(carrier, moment)
    if changed:
        with write():
            delete_old_codes(moment)
    db.session.rollback()
    return changed


def _ask_about_reminders(carrier: str, moment: datetime) -> None:
    """Ask about the reminders of the coming day that are above the limit of who wrote them.

    Their release asks in any case, but an hour before an event is late to find an admin.
    """
    author_ids = list_limited_user_ids()
    if not author_ids:
        return
    for blast in list_coming_reminders(author_ids, carrier, moment + REMINDERS_ASKED_AHEAD):
        scheduled_id = blast.id
        try:
            rendered = render_scheduled_blast(blast)
        except (audience.BlastEventNotFound, FieldNotTextable):
            continue
        if needs_planned_judgement(scheduled_id, rendered, moment):
            with write():
                judge_planned_blast(scheduled_id, rendered, moment)


def _end_unapproved_blasts(carrier: str, moment: datetime) -> int:
    """End what should have stopped being sent by now; return how many."""
    blasts = list_ended_unapproved_blasts(carrier, moment)
    for blast in blasts:
        assert blast.not_after is not None
        scheduled_id = blast.id
        end = format_time_in_zone(blast.not_after, blast.timezone or "UTC")
        with write():
            expire_scheduled_blast(scheduled_id, NOT_APPROVED_ERROR.format(end=end))
            withdraw_requests(scheduled_id, moment)
        log.info("blast %s was not approved before its end", scheduled_id)
    return len(blasts)


def _withdraw_requests_of_ended_blasts(moment: datetime) -> int:
    """Close requests for blasts that were canceled or deleted meanwhile; return how many."""
    waiting_ids = {blast.id for blast in list_waiting_blasts()}
    open_ids = [request.scheduled_id for request in list_open_requests()]
    ended_ids = [scheduled_id for scheduled_id in open_ids if scheduled_id not in waiting_ids]
    for scheduled_id in ended_ids:
        with write():
            # It may have been edited, and asked about anew, since the lists were read.
            if not waits_for_approval(scheduled_id):
                withdraw_requests(scheduled_id, moment)
    return len(ended_ids)


def _tell_if_overdue(blast: ScheduledMessage, moment: datetime) -> int:
    """Tell the admins once that the time of a blast has come; return 1 if they were told."""
    request = find_latest_request(blast.id)
    # "Send now" is due as soon as it is asked about.
    is_overdue = blast.scheduled_at <= moment and not blast.immediate
    if request is None or request.overdue_told_at is not None or not is_overdue:
        return 0
    with write():
        request = find_latest_request(blast.id)
        if request is not None and request.overdue_told_at is None:
            tell_of_overdue_request(request, moment)
    return 1


def _ask_anew_if_changed(blast: ScheduledMessage, moment: datetime) -> int:
    """Ask anew about a blast that is not what was asked, as after its event moved; return 1 then.

    An admin who approved the old request would approve a text that is not sent.
    """
    request = find_latest_request(blast.id)
    is_open = request is not None and request.state is RequestState.ASKED
    if request is not None and is_open and request.text_hash == hash_blast(blast):
        return 0
    try:
        rendered = render_scheduled_blast(blast)
    except (audience.BlastEventNotFound, FieldNotTextable):
        return 0
    scheduled_id = blast.id
    with write():
        if not waits_for_approval(scheduled_id):
            return 0
        ask_about_due_blast(scheduled_id, rendered, CHANGED_REASON, moment)
    log.info("blast %s changed while it waited for approval", scheduled_id)
    return 1
