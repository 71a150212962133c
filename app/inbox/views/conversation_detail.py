"""One conversation: its page, its live part, and the reply."""

from flask import abort, flash, render_template, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.domain.texts.message_templates import NAME_PLACEHOLDERS, fill_template
from app.inbox.actions import manual_replies
from app.inbox.forms import AssignForm, ReplyForm, create_form_token
from app.inbox.models import Thread
from app.inbox.queries.conversation_contact import (
    ReplyObstacle,
    find_reply_obstacle,
    load_conversation_contact,
)
from app.inbox.queries.conversation_texts import load_conversation_page
from app.inbox.queries.saved_replies import find_saved_replies, find_saved_reply
from app.inbox.queries.threads import find_contact_name, find_thread
from app.inbox.views import blueprint
from app.inbox.views.blueprint import bp
from app.inbox.views.conversation_list import build_conversation_list_context
from app.suppression.queries.consent_history import list_consent_history
from app.suppression.queries.stop_questions import find_open_stop_question

REPLY_PLACEHOLDERS = [
    (f"{{{token}|friend}}", label)
    for token, label in NAME_PLACEHOLDERS.items()
    if token == "first_name"
]


def get_thread_or_404(thread_id: int) -> Thread:
    """The thread of an address."""
    return find_thread(thread_id) or abort(404)


@bp.get("/<int:thread_id>")
@roles_required(*ALL_ROLES)
def show_conversation(thread_id: int) -> ResponseReturnValue:
    """What was said, and room for an answer. Looking changes nothing."""
    form = ReplyForm(formdata=None)
    form.client_token.data = create_form_token()
    return render_conversation(get_thread_or_404(thread_id), form)


def render_conversation(thread: Thread, form: ReplyForm) -> str:
    """The page of a conversation, with whatever has been typed into its form."""
    person = load_conversation_contact(thread.phone)
    name = person.names[0] if person.names else find_contact_name(thread.phone)
    return render_template(
        "inbox/one.html",
        thread=thread,
        talk=load_conversation_page(thread, _read_before_id()),
        person=person,
        name=name,
        clocks=person.number_info.format_local_times(now()),
        why_not=find_reply_obstacle(thread.phone),
        question=find_open_stop_question(thread.phone),
        consent=next(iter(list_consent_history(thread.phone, 1)), None),
        form=form,
        assign=AssignForm(formdata=None, to=thread.assigned_to or ""),
        saved=[(each, fill_template(each.body, name)) for each in find_saved_replies()],
        tokens=REPLY_PLACEHOLDERS,
        **build_conversation_list_context(thread.id),
    )


def _read_before_id() -> int | None:
    typed = request.args.get("before", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


@bp.get("/<int:thread_id>/live")
@roles_required(*ALL_ROLES, json=True)
def refresh_conversation(thread_id: int) -> ResponseReturnValue:
    """The newest texts as they are now; 204 when they are what `mark` says."""
    thread = get_thread_or_404(thread_id)
    talk, why = (
        load_conversation_page(thread),
        find_reply_obstacle(thread.phone),
    )
    could = request.args.get("box", "")
    if request.args.get("mark") == talk.fingerprint and could == get_reply_obstacle_code(why):
        return "", 204
    return render_template(
        "inbox/_live.html",
        thread=thread,
        talk=talk,
        changed=could != get_reply_obstacle_code(why),
        could=could,
    )


@bp.app_template_filter("inbox_box")
def get_reply_obstacle_code(why: ReplyObstacle | None) -> str:
    """What a page remembers of whether they may be written to, so that it can say when that has
    changed.
    """
    return why.reason if why else ""


@bp.post("/<int:thread_id>/reply")
@roles_required(*ALL_ROLES)
def send_manual_reply(thread_id: int) -> ResponseReturnValue:
    """Send it; or, with one of the saved replies chosen, put that into the box."""
    thread, form = get_thread_or_404(thread_id), ReplyForm()
    form.recipient_name = find_contact_name(thread.phone)
    if chosen := _find_chosen_reply():
        form.body.data = "\n".join(
            filter(None, [form.body.data, fill_template(chosen, form.recipient_name)])
        )
        return render_conversation(thread, form)
    if not form.validate():
        return render_conversation(thread, form), 422
    try:
        _send_reply(thread, form)
    except manual_replies.ReplyNotAllowed as error:
        form.body.errors = [
            *form.body.errors,
            f"{error.obstacle.explanation}. {error.obstacle.advice}",
        ]
        return render_conversation(thread, form), 422
    return blueprint.redirect_to_conversation(thread_id)


def _find_chosen_reply() -> str | None:
    typed = request.form.get("saved", "")
    row = (
        find_saved_reply(int(typed))
        if typed.isascii() and typed.isdigit() and len(typed) < 19
        else None
    )
    return row.body if row else None


def _send_reply(thread: Thread, form: ReplyForm) -> None:
    written = manual_replies.ManualReply(
        form.filled_body, form.recipient_name, form.form_token, current_username()
    )
    with audited_write("thread.replied", current_username()) as trace:
        trace.about = f"thread {thread.id}"
        trace.details["new"] = manual_replies.queue_manual_reply(thread.id, written, now())
    flash("Your reply is on its way.", "success")
