"""Whether a confirmed blast is sent, or waits until an admin approves it."""

from datetime import datetime

from app.accounts.models import AppUser
from app.accounts.queries import find_author
from app.approvals.actions.approval_requests import (
    ApprovalAsk,
    ask_for_approval,
    free_from_approval,
    record_confirmation,
    record_release,
)
from app.approvals.queries.approval_records import find_latest_request, has_covering_approval
from app.approvals.queries.sender_excess import (
    find_excess,
    find_release_excess,
    has_limit,
    is_unlimited,
)
from app.blasts.queries.approval_content import choose_sample, hash_blast, measure_blast
from app.blasts.queries.scope_judgement import is_reach_limited
from app.delivery.actions.blast_scheduling import update_pending_blast
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.delivery.queries.waiting_approvals import list_blast_ids_of_series
from app.delivery.scheduled_models import ScheduledMessage
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
    if blast.test_mode:
        return False
    sender = _find_sender(blast)
    size = measure_blast(rendered)
    record_confirmation(scheduled_id, sender, size, moment)
    excess = find_excess(sender, size, moment, scheduled_id)
    if not excess:
        free_from_approval(scheduled_id, moment)
        return False
    _ask(blast, rendered, excess, moment)
    return True


def find_approval_gap(blast: ScheduledMessage, rendered: RenderedBlast, moment: datetime) -> str:
    """Return why a due blast must not be sent before an admin approves it; "" when it may.

    Asked of every blast at its release, whatever made it due: also of one that was within the
    limit when it was confirmed, that a series made, or that reminds of an event.
    """
    if blast.test_mode:
        return ""
    sender, size = _find_sender(blast), measure_blast(rendered)
    if blast.approval is ApprovalState.APPROVED:
        return "" if is_unlimited(sender) else _find_changes(blast, size.people)
    excess = find_release_excess(sender, size, moment, blast.id)
    return "" if excess and _is_covered_by_series(blast, size.people) else excess


def needs_planned_judgement(scheduled_id: int, rendered: RenderedBlast, moment: datetime) -> bool:
    """Whether judge_planned_blast() would ask, or free a blast from approval."""
    blast = reload_scheduled_blast(scheduled_id)
    request = find_latest_request(scheduled_id)
    if request is not None and request.text_hash == hash_blast(blast):
        return False
    return blast.approval is not None or bool(find_approval_gap(blast, rendered, moment))


def judge_planned_blast(scheduled_id: int, rendered: RenderedBlast, moment: datetime) -> None:
    """Ask for approval of a blast that a series or a plan made, if it needs one. Inside write().

    Without a request that is still true of it: a date that was declined is asked about anew once
    its text is another one.
    """
    if not needs_planned_judgement(scheduled_id, rendered, moment):
        return
    blast = reload_scheduled_blast(scheduled_id)
    if gap := find_approval_gap(blast, rendered, moment):
        _ask(blast, rendered, gap, moment)
    else:
        free_from_approval(scheduled_id, moment)


def ask_about_due_blast(
    scheduled_id: int, rendered: RenderedBlast, why: str, moment: datetime
) -> None:
    """Let a due blast wait for approval, anew where it was approved before. Inside write()."""
    _ask(reload_scheduled_blast(scheduled_id), rendered, why, moment)


def answer_for_blast(scheduled_id: int, user: AppUser | None) -> None:
    """Let a user with a limit answer for a blast that they confirm for more people. Inside write().

    Otherwise it would be sent as that of someone who needs no approval. Whoever confirms a blast
    of someone whose permissions reach some people only answers for it too: it would be held anew.
    """
    author = _find_sender(reload_scheduled_blast(scheduled_id))
    if user is None or not (has_limit(user) or is_reach_limited(user) or is_reach_limited(author)):
        return
    values: dict[str, object] = {"created_by_id": user.id}
    if reload_scheduled_blast(scheduled_id).event_reminder_id is None:
        values["created_by"] = user.username
    update_pending_blast(scheduled_id, **values)


def record_released_blast(scheduled_id: int, rendered: RenderedBlast, moment: datetime) -> None:
    """Count what is sent now to its sender's money of the day. Inside write()."""
    blast = reload_scheduled_blast(scheduled_id)
    sender = None if blast.test_mode else _find_sender(blast)
    # What an admin approved for the series is no longer a matter of the limit.
    if sender is None or _is_covered_by_series(blast, rendered.recipient_count):
        return
    record_release(scheduled_id, sender, measure_blast(rendered), moment)


def _find_sender(blast: ScheduledMessage) -> AppUser | None:
    """Return who answers for a blast; None: deleted, or the program itself."""
    return find_author(blast.created_by_id, blast.created_by)


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
    sender = _find_sender(blast)
    ask = ApprovalAsk(
        blast.id,
        sender.username if sender else blast.created_by or "",
        sender.id if sender else None,
        why,
        measure_blast(rendered),
        hash_blast(blast),
        choose_sample(rendered),
        len(blast.translations),
    )
    ask_for_approval(ask, moment)
