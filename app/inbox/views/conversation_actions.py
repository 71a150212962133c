"""A person's hand on a conversation: who sees to it, read, done, and what a doubtful text meant."""

import re
from typing import Any, Literal

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.db import NotFound
from app.inbox.actions import conversation_status, manual_replies, thread_updates
from app.inbox.forms import AssignForm
from app.inbox.queries.threads import find_thread_by_phone
from app.inbox.views import blueprint
from app.inbox.views.blueprint import bp
from app.inbox.views.conversation_detail import get_thread_or_404
from app.suppression.queries.stop_questions import find_open_stop_question

PHONE_DIGITS = re.compile(r"[1-9][0-9]{6,14}")
STOP_VERDICTS: dict[str, Literal["out", "stay"]] = {"out": "out", "stay": "stay"}
UNDECIDED_STOP_ERROR = "Decide first whether they said STOP."


@bp.post("/with/<digits>")
@roles_required(*ALL_ROLES)
def start_conversation(digits: str) -> ResponseReturnValue:
    """To the conversation with a number, which begins here when there was none."""
    phone = f"+{digits}" if PHONE_DIGITS.fullmatch(digits) else abort(404)
    row = find_thread_by_phone(phone)
    if row is not None:
        return blueprint.redirect_to_conversation(row.id)
    with audited_write("thread.begun", current_username()) as trace:
        thread_id = thread_updates.get_or_create_thread(phone, now())
        trace.about = f"thread {thread_id}"
    return blueprint.redirect_to_conversation(thread_id)


@bp.post("/<int:thread_id>/read")
@roles_required(*ALL_ROLES)
def mark_conversation_read(thread_id: int) -> ResponseReturnValue:
    """Read up to the text that was on the page."""
    thread, seen = get_thread_or_404(thread_id), request.form.get("seen", "")
    if thread.unread and seen.isascii() and seen.isdigit() and len(seen) < 19:
        _audit_thread_update(
            thread_id, "thread.read", conversation_status.mark_thread_read, int(seen)
        )
    return blueprint.redirect_to_conversation(thread_id)


@bp.post("/<int:thread_id>/assign")
@roles_required(*ALL_ROLES)
def assign_conversation(thread_id: int) -> ResponseReturnValue:
    """To a user, to oneself, to nobody."""
    get_thread_or_404(thread_id)
    form = AssignForm()
    if not form.validate():
        flash("Nobody here has that name.", "error")
        return blueprint.redirect_to_conversation(thread_id)
    to = form.to.data or None
    _audit_thread_update(thread_id, "thread.assigned", conversation_status.assign_thread, to)
    flash(
        f"{to} sees to this conversation."
        if to
        else "Nobody in particular sees to this conversation.",
        "success",
    )
    return blueprint.redirect_to_conversation(thread_id)


@bp.post("/<int:thread_id>/done")
@roles_required(*ALL_ROLES)
def mark_conversation_done(thread_id: int) -> ResponseReturnValue:
    """Nobody has to look any more, until they write again."""
    return _update_unless_stop_undecided(
        thread_id,
        "thread.done",
        "Done. It comes back when they write again.",
        conversation_status.mark_thread_done,
    )


@bp.post("/<int:thread_id>/no-reply")
@roles_required(*ALL_ROLES)
def mark_conversation_needs_no_reply(thread_id: int) -> ResponseReturnValue:
    """It needs no reply."""
    return _update_unless_stop_undecided(
        thread_id,
        "thread.no_reply",
        "It needs no reply.",
        lambda id, _by, _moment: conversation_status.mark_needs_no_reply(id),
    )


def _update_unless_stop_undecided(
    thread_id: int, verb: str, sentence: str, what: Any
) -> ResponseReturnValue:
    """What would let a doubtful STOP slip out of sight is refused while nobody has decided."""
    if find_open_stop_question(get_thread_or_404(thread_id).phone):
        flash(UNDECIDED_STOP_ERROR, "error")
        return blueprint.redirect_to_conversation(thread_id)
    _audit_thread_update(thread_id, verb, what, current_username(), now())
    flash(sentence, "success")
    return blueprint.redirect_to_conversation(thread_id)


@bp.post("/<int:thread_id>/reopen")
@roles_required(*ALL_ROLES)
def reopen_conversation(thread_id: int) -> ResponseReturnValue:
    """Not done after all."""
    get_thread_or_404(thread_id)
    _audit_thread_update(thread_id, "thread.reopened", conversation_status.reopen_thread)
    flash("Open again.", "success")
    return blueprint.redirect_to_conversation(thread_id)


def _audit_thread_update(thread_id: int, verb: str, what: Any, *values: Any) -> None:
    with audited_write(verb, current_username()) as trace:
        trace.about = f"thread {thread_id}"
        what(thread_id, *values)


@bp.post("/<int:thread_id>/decide")
@roles_required(*ALL_ROLES)
def decide_possible_stop(thread_id: int) -> ResponseReturnValue:
    """What a text that may mean STOP meant."""
    get_thread_or_404(thread_id)
    verdict, question = (
        STOP_VERDICTS.get(request.form.get("verdict", "")),
        request.form.get("question", ""),
    )
    if verdict is None or not (question.isascii() and question.isdigit() and len(question) < 19):
        abort(400)
    try:
        with audited_write("thread.decided", current_username()) as trace:
            trace.about, trace.details = f"thread {thread_id}", {"verdict": verdict}
            manual_replies.apply_stop_verdict(
                thread_id, int(question), verdict, current_username(), now()
            )
    except NotFound:
        flash("Somebody has decided about this already.", "error")
    else:
        said = "They get no more texts." if verdict == "out" else "They go on getting texts."
        flash(said, "success")
    return blueprint.redirect_to_conversation(thread_id)
