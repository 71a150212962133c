"""An admin approves or declines a blast: once, and only as it was asked."""

from dataclasses import dataclass
from datetime import datetime

from app.accounts.models import AppUser
from app.accounts.queries import find_author
from app.accounts.sender_limit_queries import list_approvers
from app.approvals.models import BlastApproval
from app.approvals.queries.approval_records import reload_request
from app.core.db import db
from app.core.user_names import name_user
from app.delivery.actions.blast_approval import approve_waiting_blast, decline_waiting_blast
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.domain.delivery.approval_states import ApprovalState, DecisionChannel, RequestState
from app.domain.delivery.message_statuses import ScheduledBlastStatus

NOT_AN_APPROVER = "Only an admin other than its sender can decide this."
NOT_WAITING = "This blast no longer waits for approval, so nothing was changed."
CHANGED = "This blast was edited. What you saw is not what would be sent, so it still waits."


class DecisionRefused(Exception):
    """Nothing was decided; the message says why."""


class RequestOutdated(DecisionRefused):
    """The blast is not what was asked about any more: it is asked again."""


@dataclass(frozen=True)
class Decision:
    """What an admin decides about one request, where, and why they decline ("" for no reason)."""

    is_approval: bool
    channel: DecisionChannel
    reason: str = ""


def decide(
    approval_id: int, user: AppUser, decision: Decision, text_hash: str, moment: datetime
) -> BlastApproval:
    """Store what an admin decides, and let the blast be sent if they approve. Inside write().

    `text_hash`: of what would be sent now. Raises DecisionRefused: of two admins the first one
    decides.
    """
    approval = reload_request(approval_id)
    if approval is None:
        raise DecisionRefused(NOT_WAITING)
    _require_open(approval, user)
    if approval.text_hash != text_hash:
        raise RequestOutdated(CHANGED)
    # The write lock is held since the request was read: what is waiting there stays so until here.
    if decision.is_approval:
        is_stored = approve_waiting_blast(approval.scheduled_id, approval.people, moment)
    else:
        is_stored = decline_waiting_blast(approval.scheduled_id)
    if not is_stored:
        raise DecisionRefused(NOT_WAITING)
    approval.state = RequestState.APPROVED if decision.is_approval else RequestState.DECLINED
    approval.decided_by, approval.decided_at = user.username, moment
    approval.decided_how, approval.reason = decision.channel, decision.reason or None
    db.session.flush()
    return approval


def describe_decision(approval: BlastApproval) -> str:
    """Return what was decided about a request already, as a sentence."""
    if approval.state is RequestState.APPROVED:
        return f"Already approved by {name_user(approval.decided_by)}."
    if approval.state is RequestState.DECLINED:
        return f"Already declined by {name_user(approval.decided_by)}."
    return NOT_WAITING


def _require_open(approval: BlastApproval, user: AppUser) -> None:
    if approval.state is not RequestState.ASKED:
        raise DecisionRefused(describe_decision(approval))
    blast = reload_scheduled_blast(approval.scheduled_id)
    is_waiting = blast.approval is ApprovalState.WAITING
    if blast.status is not ScheduledBlastStatus.PENDING or not is_waiting:
        raise DecisionRefused(NOT_WAITING)
    author = find_author(blast.created_by_id, blast.created_by)
    for sender_id in {approval.asked_by_id, author.id if author else None}:
        if user.id not in [approver.id for approver in list_approvers(sender_id)]:
            raise DecisionRefused(NOT_AN_APPROVER)
