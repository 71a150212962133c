"""Whether a confirmed blast is sent, or waits until an admin approves it."""

from datetime import datetime

from app.approvals.actions.approval_requests import (
    ApprovalAsk,
    ask_for_approval,
    free_from_approval,
    record_confirmation,
)
from app.approvals.queries.approval_records import find_latest_request, has_covering_approval
from app.approvals.queries.sender_excess import find_excess, is_unlimited
from app.blasts.queries.approval_content import choose_sample, hash_blast, measure_blast
from app.delivery.models import ScheduledMessage
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.delivery.queries.waiting_approvals import list_blast_ids_of_series
from app.domain.delivery.approval_states import ApprovalState, RequestState
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.limits.sender_limits import is_within_approval
from app.domain.texts.plurals import pluralize

GROWTH_REASON = "It was approved for {approved} and would go to {people} now."
EDITED_REASON = "It is not the text that was approved."


def judge_confirmed_blast(scheduled_id: int, rendered: RenderedBlast, moment: datetime) -> bool:
    """Return whether a blast that was just confirmed or edited waits for approval. Inside write().

    `rendered`: what its review showed.
    """
    blast = reload_scheduled_blast(scheduled_id)
    sender = blast.created_by or ""
    if not _needs_judgement(blast):
        return False
    size = measure_blast(rendered)
    record_confirmation(scheduled_id, sender, size, moment)
    excess = find_excess(sender, size, moment, scheduled_id)
    if not excess:
        free_from_approval(scheduled_id, moment)
        return False
    _ask(blast, rendered, excess, moment)
    return True


def find_approval_gap(blast: ScheduledMessage, rendered: RenderedBlast) -> str:
    """Return why a due blast must not be sent before an admin approves it; "" when it may.

    Asked of every blast at its release, whatever made it due: also of one that was within the
    limit when it was confirmed, or that a series made.
    """
    if not _needs_judgement(blast):
        return ""
    sender, size = blast.created_by or "", measure_blast(rendered)
    if blast.approval is ApprovalState.APPROVED:
        return "" if is_unlimited(sender) else _find_changes(blast, size.people)
    excess = find_excess(sender, size, None)
    return "" if excess and _is_covered_by_series(blast, size.people) else excess


def judge_series_blast(scheduled_id: int, rendered: RenderedBlast, moment: datetime) -> None:
    """Ask for approval of the next date of a series if it needs one. Inside write().

    Without a request that is still true of it: a date that was declined is asked about anew once
    its text is another one.
    """
    blast = reload_scheduled_blast(scheduled_id)
    request = find_latest_request(scheduled_id)
    if request is not None and request.text_hash == hash_blast(blast):
        return
    if gap := find_approval_gap(blast, rendered):
        _ask(blast, rendered, gap, moment)
    elif blast.approval is not None:
        free_from_approval(scheduled_id, moment)


def ask_about_due_blast(
    scheduled_id: int, rendered: RenderedBlast, why: str, moment: datetime
) -> None:
    """Let a due blast wait for approval, anew where it was approved before. Inside write()."""
    _ask(reload_scheduled_blast(scheduled_id), rendered, why, moment)


def _needs_judgement(blast: ScheduledMessage) -> bool:
    """Whether a person sends it to others: no test, and no reminder of an event's plan."""
    return not blast.test_mode and blast.event_reminder_id is None


def _find_changes(blast: ScheduledMessage, people: int) -> str:
    """Return what is other than an admin approved; "" when it is the same."""
    request = find_latest_request(blast.id)
    if request is None or request.state is not RequestState.APPROVED:
        return EDITED_REASON
    if request.text_hash != hash_blast(blast):
        return EDITED_REASON
    if is_within_approval(request.people, people):
        return ""
    approved = pluralize(request.people, "person", "people")
    return GROWTH_REASON.format(approved=approved, people=f"{people:,}")


def _is_covered_by_series(blast: ScheduledMessage, people: int) -> bool:
    """Whether an earlier date of its series was approved, with the same text."""
    if blast.series_id is None:
        return False
    ids = list_blast_ids_of_series(blast.series_id)
    return has_covering_approval(ids, hash_blast(blast), people)


def _ask(blast: ScheduledMessage, rendered: RenderedBlast, why: str, moment: datetime) -> None:
    ask = ApprovalAsk(
        blast.id,
        blast.created_by or "",
        why,
        measure_blast(rendered),
        hash_blast(blast),
        choose_sample(rendered),
    )
    ask_for_approval(ask, moment)
