"""Ask the admins to approve a scheduled blast, which waits until one of them does."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, update

from app.accounts.models import AppUser
from app.accounts.sender_limit_queries import list_approvers
from app.approvals.actions.approval_codes import RequestText, text_codes
from app.approvals.models import BlastApproval, BlastConfirmation
from app.audit import actions as audit
from app.core.db import db, execute_and_count_rows
from app.core.user_names import name_user
from app.delivery.actions.blast_approval import drop_approval, keep_for_approval
from app.delivery.actions.fault_notices import build_notice, store_alert, tell_admins
from app.domain.delivery.alert_messages import AlertEvent, PausedBlastAlert
from app.domain.delivery.approval_states import RequestState
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.limits.sender_limits import BlastSize
from app.domain.texts.plurals import pluralize
from app.organisation.queries import get_organisation

ASKED_CAUSE = "Scheduled blast {id}: {people}, {cost}, by {sender}."
ASKED_FIX = "Approve or decline it on its page."
OVERDUE_CAUSE = "Scheduled blast {id} for {people} is due. It waits until an admin approves it."


@dataclass(frozen=True)
class ApprovalAsk:
    """A blast that is above its sender's limit.

    `sender` is a user name, `sender_id` that user. `why`: which limit, as a sentence. `text_hash`:
    of all that would be sent. `sample`: the text as its first reader gets it. `other_texts`: how
    many texts in other languages it has.
    """

    scheduled_id: int
    sender: str
    sender_id: int | None
    why: str
    size: BlastSize
    text_hash: str
    sample: str
    other_texts: int


def ask_for_approval(ask: ApprovalAsk, moment: datetime) -> None:
    """Let a blast wait for approval, and tell the admins who may approve it. Inside write().

    What was asked about it before counts no more: nothing but this text is approved.
    """
    if not keep_for_approval(ask.scheduled_id):
        return
    withdraw_requests(ask.scheduled_id, moment)
    organisation = get_organisation()
    cost = compute_cost(ask.size.segments, organisation.price_per_segment)
    segments = pluralize(ask.size.segments, "segment")
    shown_cost = segments if cost is None else f"about {format_money(cost, organisation.currency)}"
    statement = insert(BlastApproval).values(
        scheduled_id=ask.scheduled_id,
        state=RequestState.ASKED,
        why=ask.why,
        people=ask.size.people,
        segments=ask.size.segments,
        cost=cost,
        text_hash=ask.text_hash,
        asked_by=ask.sender,
        asked_by_id=ask.sender_id,
        asked_at=moment,
    )
    approval_id = db.session.scalar(statement.returning(BlastApproval.id))
    assert approval_id is not None
    sender = name_user(ask.sender)
    text = RequestText(ask.size.people, shown_cost, sender, ask.sample, ask.other_texts)
    approvers = list_approvers(ask.sender_id)
    has_texted = text_codes(approval_id, approvers, text, moment) > 0
    _tell(ask, _build_notice(ask.scheduled_id, text, moment), has_texted=has_texted)


def withdraw_requests(scheduled_id: int, moment: datetime) -> None:
    """Note that no one decides any more what was asked about a blast. Inside write()."""
    statement = update(BlastApproval).where(
        BlastApproval.scheduled_id == scheduled_id, BlastApproval.state == RequestState.ASKED
    )
    db.session.execute(statement.values(state=RequestState.WITHDRAWN, decided_at=moment))


def free_from_approval(scheduled_id: int, moment: datetime) -> None:
    """Let a blast be sent that is within its sender's limit. Inside write()."""
    withdraw_requests(scheduled_id, moment)
    drop_approval(scheduled_id)


def record_confirmation(
    scheduled_id: int | None, sender: AppUser | None, size: BlastSize, moment: datetime
) -> None:
    """Count what a user confirmed to their money of the day, a blast once. Inside write().

    `scheduled_id` None: texts of no blast.
    """
    # An edited blast is confirmed anew, perhaps by someone else.
    if scheduled_id is not None:
        is_same = BlastConfirmation.scheduled_id == scheduled_id
        db.session.execute(delete(BlastConfirmation).where(is_same))
    if sender is None:
        return
    statement = insert(BlastConfirmation).values(
        scheduled_id=scheduled_id,
        username=sender.username,
        user_id=sender.id,
        confirmed_at=moment,
        people=size.people,
        segments=size.segments,
    )
    db.session.execute(statement)


def record_release(scheduled_id: int, sender: AppUser, size: BlastSize, moment: datetime) -> None:
    """Count a blast as large as it is sent, on the day it was confirmed. Inside write().

    Dates of a series and reminders are confirmed by no one: they count on the day they are sent.
    """
    statement = update(BlastConfirmation).where(BlastConfirmation.scheduled_id == scheduled_id)
    values = {"people": size.people, "segments": size.segments}
    if not execute_and_count_rows(statement.values(values)):
        record_confirmation(scheduled_id, sender, size, moment)


def tell_of_overdue_request(approval: BlastApproval, moment: datetime) -> None:
    """Tell the admins once that a blast's time has come while it waits. Inside write()."""
    people = pluralize(approval.people, "person", "people")
    cause = OVERDUE_CAUSE.format(id=approval.scheduled_id, people=people)
    notice = build_notice(AlertEvent.APPROVAL_OVERDUE, cause, ASKED_FIX, moment)
    tell_admins(notice, f"/blasts/scheduled/{approval.scheduled_id}")
    approval.overdue_told_at = moment


def _build_notice(scheduled_id: int, text: RequestText, moment: datetime) -> PausedBlastAlert:
    people = pluralize(text.people, "person", "people")
    cause = ASKED_CAUSE.format(id=scheduled_id, people=people, cost=text.cost, sender=text.sender)
    return build_notice(AlertEvent.APPROVAL_ASKED, cause, ASKED_FIX, moment)


def _tell(ask: ApprovalAsk, notice: PausedBlastAlert, *, has_texted: bool) -> None:
    subject = f"scheduled blast {ask.scheduled_id}"
    details = {"people": ask.size.people, "segments": ask.size.segments, "why": ask.why}
    audit.record_automatic_event(
        "blast.approval_asked", ask.sender, subject, details, ask.sender_id
    )
    # Whoever got the code needs no second text about the same.
    if has_texted:
        store_alert(notice)
    else:
        tell_admins(notice, f"/blasts/scheduled/{ask.scheduled_id}")
