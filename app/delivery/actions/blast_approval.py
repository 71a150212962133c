"""Whether a scheduled blast may be sent yet: it waits for approval, is approved or declined."""

from datetime import datetime

from sqlalchemy import case

from app.delivery.actions.blast_scheduling import update_pending_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.approval_states import ApprovalState


def keep_for_approval(scheduled_id: int) -> bool:
    """Keep a blast from being sent until it is approved; False when not pending. Inside write()."""
    return update_pending_blast(scheduled_id, approval=ApprovalState.WAITING)


def drop_approval(scheduled_id: int) -> bool:
    """Let a blast be sent without approval; False when not pending. Inside write()."""
    return update_pending_blast(scheduled_id, approval=None)


def approve_waiting_blast(scheduled_id: int, people: int, moment: datetime) -> bool:
    """Let a blast be sent that waits for approval, for `people`; False when it does not wait.

    One whose time is over is due at `moment` (UTC): with its own time it would be too late. Inside
    write().
    """
    is_over = ScheduledMessage.scheduled_at <= moment
    values = {
        "approval": ApprovalState.APPROVED,
        "confirmed_count": people,
        "scheduled_at": case((is_over, moment), else_=ScheduledMessage.scheduled_at),
    }
    return _decide(scheduled_id, values)


def decline_waiting_blast(scheduled_id: int) -> bool:
    """Note that a blast was declined: it waits until it is edited. Inside write()."""
    return _decide(scheduled_id, {"approval": ApprovalState.DECLINED})


def _decide(scheduled_id: int, values: dict[str, object]) -> bool:
    # Guarded: of two admins one decides, and a blast that was canceled meanwhile stays so.
    is_waiting = ScheduledMessage.approval == ApprovalState.WAITING
    return update_pending_blast(scheduled_id, is_waiting, **values)
