"""A person's hand on a conversation: who sees to it, read, done, and what a doubtful text meant."""

import re
from typing import Any, Literal

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.inbox import queries
from app.inbox.actions import minding, talking, threads
from app.inbox.forms import AssignForm
from app.inbox.views import room
from app.inbox.views.one import found
from app.inbox.views.room import bp
from app.suppression.actions import Gone
from app.suppression.queries import open_question

DIGITS = re.compile(r"[1-9][0-9]{6,14}")
VERDICTS: dict[str, Literal["out", "stay"]] = {"out": "out", "stay": "stay"}
UNDECIDED = "Decide first whether they said STOP."


@bp.post("/with/<digits>")
@roles_required(*ALL_ROLES)
def begin(digits: str) -> ResponseReturnValue:
    """To the conversation with a number, which begins here when there was none."""
    phone = f"+{digits}" if DIGITS.fullmatch(digits) else abort(404)
    row = queries.thread_of(phone)
    if row is not None:
        return room.to_thread(row.id)
    with audited_write("thread.begun", current_username()) as trace:
        thread_id = threads.begin(phone, now())
        trace.about = f"thread {thread_id}"
    return room.to_thread(thread_id)


@bp.post("/<int:thread_id>/read")
@roles_required(*ALL_ROLES)
def read(thread_id: int) -> ResponseReturnValue:
    """Read up to the text that was on the page."""
    thread, seen = found(thread_id), request.form.get("seen", "")
    if thread.unread and seen.isascii() and seen.isdigit() and len(seen) < 19:
        _done_with(thread_id, "thread.read", minding.read, int(seen))
    return room.to_thread(thread_id)


@bp.post("/<int:thread_id>/assign")
@roles_required(*ALL_ROLES)
def assign(thread_id: int) -> ResponseReturnValue:
    """To a user, to oneself, to nobody."""
    found(thread_id)
    form = AssignForm()
    if not form.validate():
        flash("Nobody here has that name.", "error")
        return room.to_thread(thread_id)
    to = form.to.data or None
    _done_with(thread_id, "thread.assigned", minding.assign, to)
    flash(
        f"{to} sees to this conversation."
        if to
        else "Nobody in particular sees to this conversation.",
        "success",
    )
    return room.to_thread(thread_id)


@bp.post("/<int:thread_id>/done")
@roles_required(*ALL_ROLES)
def done(thread_id: int) -> ResponseReturnValue:
    """Nobody has to look any more, until they write again."""
    return _settled(
        thread_id,
        "thread.done",
        "Done. It comes back when they write again.",
        minding.finish,
    )


@bp.post("/<int:thread_id>/no-reply")
@roles_required(*ALL_ROLES)
def no_reply(thread_id: int) -> ResponseReturnValue:
    """It needs no reply."""
    return _settled(
        thread_id,
        "thread.no_reply",
        "It needs no reply.",
        lambda id, _by, _moment: minding.let_be(id),
    )


def _settled(
    thread_id: int, verb: str, sentence: str, what: Any
) -> ResponseReturnValue:
    """What would let a doubtful STOP slip out of sight is refused while nobody has decided."""
    if open_question(found(thread_id).phone):
        flash(UNDECIDED, "error")
        return room.to_thread(thread_id)
    _done_with(thread_id, verb, what, current_username(), now())
    flash(sentence, "success")
    return room.to_thread(thread_id)


@bp.post("/<int:thread_id>/reopen")
@roles_required(*ALL_ROLES)
def reopen(thread_id: int) -> ResponseReturnValue:
    """Not done after all."""
    found(thread_id)
    _done_with(thread_id, "thread.reopened", minding.reopen)
    flash("Open again.", "success")
    return room.to_thread(thread_id)


def _done_with(thread_id: int, verb: str, what: Any, *values: Any) -> None:
    with audited_write(verb, current_username()) as trace:
        trace.about = f"thread {thread_id}"
        what(thread_id, *values)


@bp.post("/<int:thread_id>/decide")
@roles_required(*ALL_ROLES)
def decide(thread_id: int) -> ResponseReturnValue:
    """What a text that may mean STOP meant."""
    found(thread_id)
    verdict, question = (
        VERDICTS.get(request.form.get("verdict", "")),
        request.form.get("question", ""),
    )
    if verdict is None or not (
        question.isascii() and question.isdigit() and len(question) < 19
    ):
        abort(400)
    try:
        with audited_write("thread.decided", current_username()) as trace:
            trace.about, trace.details = f"thread {thread_id}", {"verdict": verdict}
            talking.decide(thread_id, int(question), verdict, current_username(), now())
    except Gone:
        flash("Somebody has decided about this already.", "error")
    else:
        said = (
            "They get no more texts."
            if verdict == "out"
            else "They go on getting texts."
        )
        flash(said, "success")
    return room.to_thread(thread_id)
