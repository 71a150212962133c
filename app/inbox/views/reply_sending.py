"""Replies that users write: sending one, trying a failed one again, and who is writing."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import write
from app.core.form_fields import add_error
from app.core.user_names import name_user
from app.delivery.queries.text_history import find_failed_reply
from app.domain.accounts.permissions import Permission
from app.domain.texts.whole_numbers import parse_id
from app.domain.time.inbox_labels import format_seconds_ago
from app.inbox.actions.manual_replies import (
    AnsweredMeanwhile,
    ManualReply,
    ReplyNotAllowed,
    SeenTexts,
    make_retry_token,
    queue_manual_reply,
)
from app.inbox.actions.reply_writers import record_reply_writer
from app.inbox.forms import ReplyForm
from app.inbox.models import Thread
from app.inbox.queries.insertable_replies import (
    SAVED_REPLY_FIELD,
    fill_reply,
    find_insertable_text,
    find_version_of_reply,
)
from app.inbox.queries.threads import find_contact_name
from app.inbox.views.blueprint import bp, redirect_to_conversation
from app.inbox.views.conversation_detail import get_thread_or_404, render_conversation
from app.message_templates.queries.template_choices import VERSION_FIELD

MAX_QUOTED_CHARACTERS = 200


@bp.post("/<int:thread_id>/reply")
@permission_required(Permission.ANSWER_PEOPLE)
def send_manual_reply(thread_id: int) -> ResponseReturnValue:
    """Queue a reply; or, when a saved reply was chosen, put its text into the form."""
    thread = get_thread_or_404(thread_id)
    form = ReplyForm()
    form.recipient_name = find_contact_name(thread.phone)
    if saved_body := _find_chosen_reply():
        filled_body = fill_reply(saved_body, form.recipient_name)
        form.body.data = "\n".join(filter(None, [form.body.data, filled_body]))
        return render_conversation(thread, form)
    if not form.validate():
        return render_conversation(thread, form), 422
    try:
        _queue_reply(thread, form)
    except ReplyNotAllowed as error:
        add_error(form.body, f"{error.obstacle.explanation}. {error.obstacle.advice}")
        return render_conversation(thread, form), 422
    except AnsweredMeanwhile as error:
        add_error(form.body, _describe_other_reply(error))
        form.asked_id.data = str(error.reply.id)
        return render_conversation(thread, form), 422
    return redirect_to_conversation(thread_id)


def _find_chosen_reply() -> str | None:
    for field in (SAVED_REPLY_FIELD, VERSION_FIELD):
        id_ = parse_id(request.form.get(field, ""))
        if id_ is not None:
            return find_insertable_text(field, id_)
    return None


def _describe_other_reply(error: AnsweredMeanwhile) -> str:
    reply = error.reply
    body = reply.body[:MAX_QUOTED_CHARACTERS]
    mark = "…" if len(reply.body) > MAX_QUOTED_CHARACTERS else ""
    time_ago = format_seconds_ago(reply.created_at, now())
    return f"{name_user(reply.author)} answered {time_ago}: “{body}{mark}” Send yours anyway?"


def _read_seen_texts(form: ReplyForm) -> SeenTexts | None:
    """Return what the page of this form showed; None for a program that does not say it."""
    shown_id = parse_id(form.seen_id.data or "")
    if shown_id is None:
        return None
    return SeenTexts(shown_id, parse_id(form.asked_id.data or "") or 0)


def _queue_reply(thread: Thread, form: ReplyForm) -> None:
    """Queue what the form says. The page shows it at once: it needs no notice that it was sent."""
    reply = ManualReply(
        form.filled_body,
        form.recipient_name,
        form.form_token,
        current_username(),
        _read_seen_texts(form),
        find_version_of_reply(form.filled_body, form.recipient_name),
    )
    with audited_write("thread.replied", current_username()) as trace:
        trace.about = f"thread {thread.id}"
        trace.details["new"] = queue_manual_reply(thread.id, reply, now())


@bp.post("/<int:thread_id>/retry")
@permission_required(Permission.ANSWER_PEOPLE)
def retry_failed_reply(thread_id: int) -> ResponseReturnValue:
    """Send a reply that failed once more, as a new text."""
    thread = get_thread_or_404(thread_id)
    failed = find_failed_reply(thread.phone, parse_id(request.form.get("message", "")) or 0)
    if failed is None:
        flash("This text can't be tried again.", "error")
        return redirect_to_conversation(thread_id)
    # The token belongs to the failed text: however often the button is pressed, it is sent once.
    reply = ManualReply(
        failed.body,
        find_contact_name(thread.phone),
        make_retry_token(failed.id),
        current_username(),
    )
    try:
        with audited_write("thread.replied", current_username()) as trace:
            trace.about = f"thread {thread_id}"
            trace.details["new"] = queue_manual_reply(thread_id, reply, now())
    except ReplyNotAllowed as error:
        flash(f"Not sent. {error.obstacle.explanation}. {error.obstacle.advice}", "error")
    return redirect_to_conversation(thread_id)


@bp.post("/<int:thread_id>/writing")
@permission_required(Permission.ANSWER_PEOPLE, json=True)
def report_writing(thread_id: int) -> ResponseReturnValue:
    """Record that the user is writing a reply; the page asks at most every ten seconds."""
    thread = get_thread_or_404(thread_id)
    with write():
        record_reply_writer(thread.id, current_username(), now())
    return "", 204
