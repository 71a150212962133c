"""A text from an admin's own phone that is a code: it approves or declines a blast."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.accounts.models import AppUser
from app.accounts.own_phone_queries import find_own_phone
from app.accounts.queries import find_user
from app.approvals.actions.approval_codes import (
    CODE_LIFETIME,
    MAX_WRONG_TRIES,
    count_wrong_try,
    hash_code,
    mark_code_used,
)
from app.approvals.actions.approval_decisions import (
    Decision,
    DecisionRefused,
    decide,
    describe_decision,
)
from app.approvals.models import ApprovalCode, BlastApproval
from app.approvals.queries.approval_records import reload_request
from app.audit import actions as audit
from app.core.db import db
from app.core.local_formats import format_time_in_zone
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.domain.delivery.approval_states import DecisionChannel, RequestState
from app.domain.delivery.approval_texts import MAX_REASON_LENGTH, CodeAnswer
from app.domain.texts.plurals import pluralize

# For so long an old code is told from a wrong one.
CODES_KEPT_FOR = timedelta(days=7)
EXPIRED_CODE = "This code has expired. Decide on the page of the blast."
TOO_MANY_TRIES = "Too many wrong codes. Decide on the page of the blast."
UNKNOWN_CODE = "No blast waits for this code, so nothing was approved."
WRONG_CODE = "This code is wrong, so nothing was approved. Check the latest text."
DECLINED = "Declined. The blast is not sent."
APPROVED_NOW = "Approved. Sending to {people} now."
APPROVED_LATER = "Approved. It will be sent to {people} on {time}."
APPROVED_HELD = "Approved, but it still waits: its page says why."
# The hash of what a scheduled blast would send now, by its id.
HashFinder = Callable[[int], str]


def answer_code(
    phone: str, answer: CodeAnswer, find_text_hash: HashFinder, moment: datetime
) -> str | None:
    """Decide what a code decides, and return the reply; None: the phone is waiting for no code.

    A code counts from the own phone of the admin who got it, and from no other. Inside write().
    """
    has_open_codes = False
    for user in _list_users_of_phone(phone, moment):
        code = db.session.scalar(
            select(ApprovalCode).where(
                ApprovalCode.user_id == user.id,
                ApprovalCode.code_hash == hash_code(user.id, answer.code),
            )
        )
        if code is not None:
            return _answer(code, user, answer, find_text_hash, moment)
        has_open_codes = count_wrong_try(user.id, moment) > 0 or has_open_codes
    return WRONG_CODE if has_open_codes else None


def delete_old_codes(moment: datetime) -> None:
    """Delete codes that are not even told from wrong ones any more. Inside write()."""
    is_old = ApprovalCode.sent_at < moment - CODES_KEPT_FOR
    db.session.execute(delete(ApprovalCode).where(is_old))


def _list_users_of_phone(phone: str, moment: datetime) -> Iterator[AppUser]:
    """Yield who was texted a code lately and has this phone now."""
    recent = select(ApprovalCode.user_id).where(ApprovalCode.sent_at >= moment - CODES_KEPT_FOR)
    for user_id in db.session.scalars(recent.distinct()).all():
        user = find_user(user_id)
        if user is not None and find_own_phone(user) == phone:
            yield user


def _answer(
    code: ApprovalCode,
    user: AppUser,
    answer: CodeAnswer,
    find_text_hash: HashFinder,
    moment: datetime,
) -> str:
    approval = reload_request(code.approval_id)
    assert approval is not None
    if approval.state is not RequestState.ASKED:
        return describe_decision(approval)
    if code.sent_at <= moment - CODE_LIFETIME:
        return EXPIRED_CODE
    if code.wrong_tries >= MAX_WRONG_TRIES:
        return TOO_MANY_TRIES
    reason = answer.reason[:MAX_REASON_LENGTH]
    decision = Decision(answer.is_approval, DecisionChannel.TEXT, reason)
    try:
        decide(approval.id, user, decision, find_text_hash(approval.scheduled_id), moment)
    except DecisionRefused as error:
        return str(error)
    mark_code_used(code.id, moment)
    _record(approval, user, decision)
    return _describe_approval(approval, moment) if answer.is_approval else DECLINED


def _record(approval: BlastApproval, user: AppUser, decision: Decision) -> None:
    verb = "blast.approved" if decision.is_approval else "blast.declined"
    subject = f"scheduled blast {approval.scheduled_id}"
    details = build_decision_details(approval, decision)
    audit.record_automatic_event(verb, user.username, subject, details, user.id)


def build_decision_details(approval: BlastApproval, decision: Decision) -> dict[str, object]:
    """Return what the audit keeps of a decision: before and after, for how many, and where."""
    after = "approved" if decision.is_approval else "declined"
    details: dict[str, object] = {
        "approval": ["waiting", after],
        "people": approval.people,
        "segments": approval.segments,
        "how": decision.channel.value,
    }
    return details | ({"reason": decision.reason} if decision.reason else {})


def _describe_approval(approval: BlastApproval, moment: datetime) -> str:
    blast = reload_scheduled_blast(approval.scheduled_id)
    people = pluralize(approval.people, "person", "people")
    if blast.held_reason:
        return APPROVED_HELD
    # "Send now" has at most the seconds of Undo to wait.
    if blast.immediate or blast.scheduled_at <= moment:
        return APPROVED_NOW.format(people=people)
    time = format_time_in_zone(blast.scheduled_at, blast.timezone or "UTC")
    return APPROVED_LATER.format(people=people, time=time)
