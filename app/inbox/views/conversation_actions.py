"""What users do to a conversation: start, read, assign, done, and decide about a possible STOP."""

from collections.abc import Callable
from typing import Any, Literal

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import NotFound
from app.core.user_names import name_user
from app.domain.accounts.permissions import Permission
from app.domain.texts.whole_numbers import parse_id
from app.inbox.actions import conversation_status
from app.inbox.actions.manual_replies import apply_stop_verdict
from app.inbox.actions.thread_updates import get_or_create_thread
from app.inbox.forms import AssignForm
from app.inbox.queries.threads import find_thread_by_phone
from app.inbox.views.blueprint import bp, redirect_to_conversation
from app.inbox.views.conversation_detail import get_thread_or_404
from app.profiles.person_addresses import find_addressed_phone
from app.suppression.queries.stop_questions import find_open_stop_question

STOP_VERDICTS: dict[str, Literal["out", "stay"]] = {"out": "out", "stay": "stay"}
STOP_VERDICT_SENTENCES = {
    "out": "Opted out. They won't get any more texts.",
    "stay": "They keep getting texts.",
}
UNDECIDED_STOP_ERROR = "Decide first whether this is an opt-out request."


@bp.post("/with/<public_id>")
@permission_required(Permission.ANSWER_PEOPLE)
def start_conversation(public_id: str) -> ResponseReturnValue:
    """Go to the conversation with a person, which is created when there is none."""
    phone = find_addressed_phone(public_id, request.form.get("phone", "")) or abort(404)
    thread = find_thread_by_phone(phone)
    if thread is not None:
        return redirect_to_conversation(thread.id)
    with audited_write("thread.begun", current_username()) as trace:
        thread_id = get_or_create_thread(phone, now())
        trace.about = f"thread {thread_id}"
    return redirect_to_conversation(thread_id)


@bp.post("/<int:thread_id>/read")
@permission_required(Permission.ANSWER_PEOPLE)
def mark_conversation_read(thread_id: int) -> ResponseReturnValue:
    """Mark a conversation as read up to the text that was on the page."""
    thread = get_thread_or_404(thread_id)
    message_id = parse_id(request.form.get("seen", ""))
    if thread.unread and message_id is not None:
        _audit_thread_update(
            thread_id, "thread.read", conversation_status.mark_thread_read, message_id
        )
    return redirect_to_conversation(thread_id)


@bp.post("/<int:thread_id>/assign")
@permission_required(Permission.ANSWER_PEOPLE)
def assign_conversation(thread_id: int) -> ResponseReturnValue:
    """Assign a conversation to a user, to oneself, or to nobody."""
    get_thread_or_404(thread_id)
    form = AssignForm()
    if not form.validate():
        flash("There is no user with that name.", "error")
        return redirect_to_conversation(thread_id)
    assignee = form.to.data or None
    _audit_thread_update(thread_id, "thread.assigned", conversation_status.assign_thread, assignee)
    flash(f"Assigned to {name_user(assignee)}." if assignee else "Unassigned.", "success")
    return redirect_to_conversation(thread_id)


@bp.post("/<int:thread_id>/done")
@permission_required(Permission.ANSWER_PEOPLE)
def mark_conversation_done(thread_id: int) -> ResponseReturnValue:
    """Mark a conversation as done until the person writes again."""
    if _may_be_settled(thread_id):
        _audit_thread_update(
            thread_id,
            "thread.done",
            conversation_status.mark_thread_done,
            current_username(),
            now(),
        )
        flash("Done. It comes back if they text again.", "success")
    return redirect_to_conversation(thread_id)


@bp.post("/<int:thread_id>/no-reply")
@permission_required(Permission.ANSWER_PEOPLE)
def mark_conversation_needs_no_reply(thread_id: int) -> ResponseReturnValue:
    """Clear "needs reply" of a conversation."""
    if _may_be_settled(thread_id):
        _audit_thread_update(thread_id, "thread.no_reply", conversation_status.mark_needs_no_reply)
        flash("Marked as answered.", "success")
    return redirect_to_conversation(thread_id)


def _may_be_settled(thread_id: int) -> bool:
    """Whether a conversation waits for no decision about STOP; says so to the user if it does.

    A possible STOP would otherwise slip out of sight undecided. Aborts with 404.
    """
    if find_open_stop_question(get_thread_or_404(thread_id).phone) is None:
        return True
    flash(UNDECIDED_STOP_ERROR, "error")
    return False


@bp.post("/<int:thread_id>/reopen")
@permission_required(Permission.ANSWER_PEOPLE)
def reopen_conversation(thread_id: int) -> ResponseReturnValue:
    """Reopen a conversation that was marked as done."""
    get_thread_or_404(thread_id)
    _audit_thread_update(thread_id, "thread.reopened", conversation_status.reopen_thread)
    flash("Reopened.", "success")
    return redirect_to_conversation(thread_id)


def _audit_thread_update(
    thread_id: int, verb: str, update: Callable[..., Any], *values: Any
) -> None:
    """Call `update(thread_id, *values)` with an audit row, in one transaction."""
    with audited_write(verb, current_username()) as trace:
        trace.about = f"thread {thread_id}"
        update(thread_id, *values)


@bp.post("/<int:thread_id>/decide")
@permission_required(Permission.ANSWER_PEOPLE)
def decide_possible_stop(thread_id: int) -> ResponseReturnValue:
    """Record what a text that may mean STOP meant."""
    get_thread_or_404(thread_id)
    verdict = STOP_VERDICTS.get(request.form.get("verdict", ""))
    question_id = parse_id(request.form.get("question", ""))
    if verdict is None or question_id is None:
        abort(400)
    try:
        with audited_write("thread.decided", current_username()) as trace:
            trace.about, trace.details = f"thread {thread_id}", {"verdict": verdict}
            apply_stop_verdict(thread_id, question_id, verdict, current_username(), now())
    except NotFound:
        flash("This was already decided.", "error")
    else:
        flash(STOP_VERDICT_SENTENCES[verdict], "success")
    return redirect_to_conversation(thread_id)
