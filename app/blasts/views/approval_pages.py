"""An admin approves or declines a blast that waits, on its page."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.approvals.actions.approval_decisions import Decision, DecisionRefused, decide
from app.approvals.actions.code_answers import build_decision_details
from app.approvals.queries.approval_records import find_latest_request
from app.audit.actions import audited_write
from app.blasts.forms.approval_reason import DeclineForm
from app.blasts.queries.approval_content import find_blast_hash
from app.blasts.views.blueprint import bp
from app.blasts.views.scheduled_blasts import render_scheduled_blast_page
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.delivery.queries.blast_records import find_scheduled_blast
from app.domain.accounts.permissions import Permission
from app.domain.delivery.approval_states import DecisionChannel
from app.domain.texts.whole_numbers import parse_id

APPROVED = "Approved."
DECLINED = "Declined. Its sender can edit it and ask again."
ASKED_ANEW = "This blast was edited meanwhile. Look at it again, then decide."


@bp.post("/scheduled/<int:scheduled_id>/approve")
@permission_required(Permission.APPROVE_TEXTS)
def approve_blast(scheduled_id: int) -> ResponseReturnValue:
    """Let a blast be sent that is above its sender's limit."""
    return _decide(scheduled_id, Decision(is_approval=True, channel=DecisionChannel.PAGE))


@bp.post("/scheduled/<int:scheduled_id>/decline")
@permission_required(Permission.APPROVE_TEXTS)
def decline_blast(scheduled_id: int) -> ResponseReturnValue:
    """Keep a blast from being sent, with a reason for its sender."""
    form = DeclineForm()
    if not form.validate():
        blast = find_scheduled_blast(scheduled_id) or abort(404)
        return render_scheduled_blast_page(blast, form), 422
    reason = form.reason.data or ""
    return _decide(scheduled_id, Decision(False, DecisionChannel.PAGE, reason))


def _decide(scheduled_id: int, decision: Decision) -> ResponseReturnValue:
    find_scheduled_blast(scheduled_id) or abort(404)
    page_url = url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id)
    latest = find_latest_request(scheduled_id)
    # The page names the request that it showed: a later one has not been seen yet.
    if latest is None or parse_id(request.form.get("request_id", "")) != latest.id:
        flash(ASKED_ANEW, "warning")
        return redirect(page_url, 303)
    # Read before write() begins, which ends the read that the session's user came from.
    user, verb = current_user._get_current_object(), "blast.declined"
    if decision.is_approval:
        verb = "blast.approved"
    try:
        with audited_write(verb, current_username()) as trace:
            approval = decide(latest.id, user, decision, find_blast_hash(scheduled_id), now())
            trace.about = f"scheduled blast {scheduled_id}"
            trace.details = build_decision_details(approval, decision)
    except DecisionRefused as error:
        flash(str(error), "warning")
    else:
        flash(APPROVED if decision.is_approval else DECLINED, "success")
    return redirect(page_url, 303)
