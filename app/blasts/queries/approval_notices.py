"""What pages say of a blast that waits for approval: why, who decides, and what happens then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.models import AppUser
from app.accounts.own_phone_queries import has_practice_phones
from app.accounts.sender_limit_queries import list_approvers
from app.approvals.models import BlastApproval
from app.approvals.queries.approval_records import find_latest_request
from app.core.local_formats import format_local_time
from app.core.user_names import name_user
from app.delivery.queries.waiting_approvals import list_waiting_blasts
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.permissions import Permission
from app.domain.audiences.audience_rules import join_words
from app.domain.delivery.approval_states import ApprovalState, DecisionChannel, RequestState
from app.domain.delivery.cost_estimate import format_money
from app.domain.delivery.message_statuses import ScheduledBlastStatus
from app.domain.texts.plurals import pluralize
from app.organisation.queries import get_organisation

OVERDUE_NOTE = "Its time has passed. It is sent as soon as it is approved."


@dataclass(frozen=True)
class ApprovalNotice:
    """The approval of one scheduled blast, in words.

    `figures`: for how many people at what cost. `asked`: by whom and when. `approvers`: who may
    decide. `may_decide`: the user of this page may. `label`: of the button that approves.
    `overdue`: what happens after its time, "" before. `decided`: by whom and when, "" while no
    one has; `reason`: why it was declined. `is_practice`: codes go to practice phones.
    """

    request_id: int
    state: ApprovalState
    why: str
    figures: str
    asked: str
    approvers: str
    may_decide: bool
    label: str
    overdue: str
    decided: str
    reason: str
    is_practice: bool


def build_approval_notice(
    blast: ScheduledMessage, user: AppUser, moment: datetime
) -> ApprovalNotice | None:
    """Return the approval of a blast as its page tells it to a user; None where it needs none."""
    request = find_latest_request(blast.id) if blast.approval else None
    if request is None or blast.approval is None:
        return None
    approvers = list_approvers(request.asked_by_id)
    people = pluralize(request.people, "person", "people")
    is_due = blast.immediate or blast.scheduled_at <= moment
    is_over = not blast.immediate and blast.scheduled_at <= moment
    return ApprovalNotice(
        request.id,
        blast.approval,
        request.why,
        f"{people}, {_describe_cost(request)}",
        f"{name_user(request.asked_by)}, {format_local_time(request.asked_at)}",
        join_words([approver.shown_name for approver in approvers], "or"),
        _may_decide(blast, request, approvers, user),
        f"Approve and send to {people}" if is_due else f"Approve for {people}",
        OVERDUE_NOTE if is_over else "",
        _describe_decision(request),
        request.reason or "",
        has_practice_phones(),
    )


def list_blasts_to_decide(user: AppUser) -> list[ScheduledMessage]:
    """Return the blasts that wait for approval and that this user may approve."""
    if not user.may(Permission.APPROVE_TEXTS):
        return []
    return [blast for blast in list_waiting_blasts() if blast.created_by_id != user.id]


def _may_decide(
    blast: ScheduledMessage, request: BlastApproval, approvers: Sequence[AppUser], user: AppUser
) -> bool:
    if blast.status is not ScheduledBlastStatus.PENDING or request.state is not RequestState.ASKED:
        return False
    return user.id != request.asked_by_id and user.id in [approver.id for approver in approvers]


def _describe_cost(request: BlastApproval) -> str:
    if request.cost is None:
        return pluralize(request.segments, "segment")
    return f"about {format_money(request.cost, get_organisation().currency)}"


def _describe_decision(request: BlastApproval) -> str:
    if request.decided_by is None:
        return ""
    channel = " by text" if request.decided_how is DecisionChannel.TEXT else ""
    return f"{name_user(request.decided_by)}{channel}, {format_local_time(request.decided_at)}"
