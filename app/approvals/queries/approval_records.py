"""Requests for approval: the one that counts for a blast, and whether a series has one."""

from collections.abc import Sequence

from sqlalchemy import select

from app.approvals.models import BlastApproval
from app.core.db import db
from app.domain.delivery.approval_states import RequestState
from app.domain.limits.sender_limits import is_within_approval


def reload_request(approval_id: int) -> BlastApproval | None:
    """Return a request, read anew; None when its blast was deleted."""
    return db.session.get(BlastApproval, approval_id, populate_existing=True)


def find_latest_request(scheduled_id: int) -> BlastApproval | None:
    """Return the last request for a blast, read anew; None when none was made."""
    statement = select(BlastApproval).where(BlastApproval.scheduled_id == scheduled_id)
    newest_first = statement.order_by(BlastApproval.id.desc()).limit(1)
    return db.session.scalar(newest_first.execution_options(populate_existing=True))


def has_covering_approval(scheduled_ids: Sequence[int], text_hash: str, people: int) -> bool:
    """Whether one of these blasts was approved with the same text, for hardly fewer people."""
    statement = select(BlastApproval.people).where(
        BlastApproval.scheduled_id.in_(scheduled_ids),
        BlastApproval.state == RequestState.APPROVED,
        BlastApproval.text_hash == text_hash,
    )
    return any(is_within_approval(approved, people) for approved in db.session.scalars(statement))


def list_open_requests() -> Sequence[BlastApproval]:
    """Return what no admin has decided, the oldest first."""
    statement = select(BlastApproval).where(BlastApproval.state == RequestState.ASKED)
    return db.session.scalars(statement.order_by(BlastApproval.id)).all()
