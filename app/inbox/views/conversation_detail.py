"""One conversation: its page, the section that refreshes itself, and the reply."""

from typing import Any

from flask import abort, flash, render_template, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.form_fields import add_error
from app.domain.texts.message_templates import NAME_PLACEHOLDERS, fill_template
from app.domain.texts.whole_numbers import parse_id
from app.inbox.actions.manual_replies import (
    AnsweredMeanwhile,
    ManualReply,
    ReplyNotAllowed,
    SeenTexts,
    queue_manual_reply,
)
from app.inbox.forms import AssignForm, ReplyForm, create_form_token
from app.inbox.models import Thread
from app.inbox.queries.conversation_contact import (
    ReplyObstacle,
    find_reply_obstacle,
    load_conversation_contact,
)
from app.inbox.queries.conversation_texts import ConversationPage, load_conversation_page
from app.inbox.queries.saved_replies import find_saved_replies, find_saved_reply
from app.inbox.queries.threads import find_contact_name, find_thread
from app.inbox.views.blueprint import bp, redirect_to_conversation
from app.inbox.views.conversation_list import build_conversation_list_context
from app.suppression.queries.consent_history import list_consent_history
from app.suppression.queries.stop_questions import find_open_stop_question
from app.surveys.queries.survey_sessions import find_survey_sessions_of_phone
from app.surveys.queries.unclear_answers import find_unclear_answer, guess_unclear_answer

MAX_SHOWN_SURVEYS = 3
MAX_QUOTED_CHARACTERS = 200
REPLY_PLACEHOLDERS = [
    (f"{{{token}|friend}}", label)
    for token, label in NAME_PLACEHOLDERS.items()
    if token == "first_name"
]


def get_thread_or_404(thread_id: int) -> Thread:
    """Return a thread, or abort with 404."""
    return find_thread(thread_id) or abort(404)


@bp.get("/<int:thread_id>")
@roles_required(*ALL_ROLES)
def show_conversation(thread_id: int) -> ResponseReturnValue:
    """Show a conversation with an empty reply. Looking changes nothing."""
    form = ReplyForm(formdata=None)
    form.client_token.data = create_form_token()
    return render_conversation(get_thread_or_404(thread_id), form)


def render_conversation(thread: Thread, form: ReplyForm) -> str:
    """Render the page of a conversation, with whatever was typed into its form."""
    contact = load_conversation_contact(thread.phone)
    name = contact.names[0] if contact.names else find_contact_name(thread.phone)
    obstacle = find_reply_obstacle(thread.phone)
    before_id = parse_id(request.args.get("before", ""))
    return render_template(
        "inbox/conversation.html",
        **_build_texts_context(thread, load_conversation_page(thread, before_id)),
        contact=contact,
        name=name,
        local_times=contact.number_info.format_local_times(now()),
        obstacle=obstacle,
        obstacle_code=get_obstacle_code(obstacle),
        question=find_open_stop_question(thread.phone),
        consent=next(iter(list_consent_history(thread.phone, 1)), None),
        survey_sessions=find_survey_sessions_of_phone(thread.phone, MAX_SHOWN_SURVEYS),
        form=form,
        assign_form=AssignForm(formdata=None, to=thread.assigned_to or ""),
        saved_replies=_list_filled_saved_replies(name),
        **build_conversation_list_context(thread.id),
    )


def _build_texts_context(thread: Thread, page: ConversationPage) -> dict[str, Any]:
    """Return what the section of the texts needs: the texts, and an unclear survey answer."""
    answer = None if page.has_newer else find_unclear_answer(thread.phone)
    # A survey that has handed over waits for nobody once the conversation is settled.
    if answer and not (answer.is_waiting or thread.needs_reply):
        answer = None
    guess = guess_unclear_answer(answer, now()) if answer else None
    return {"thread": thread, "page": page, "unclear_answer": answer, "guess": guess}


def _list_filled_saved_replies(name: str | None) -> list[tuple[Any, str]]:
    """Return each saved reply with its text as this person would get it."""
    return [(reply, fill_template(reply.body, name)) for reply in find_saved_replies()]


@bp.get("/<int:thread_id>/live")
@roles_required(*ALL_ROLES, json=True)
def refresh_conversation(thread_id: int) -> ResponseReturnValue:
    """Render the newest texts; 204 when the page that asks shows them already.

    `mark` is the fingerprint of what that page shows, `box` the obstacle that it knows.
    """
    thread = get_thread_or_404(thread_id)
    page = load_conversation_page(thread)
    page_obstacle_code = request.args.get("box", "")
    # Only the texts are replaced, never the form: what is typed there stays.
    has_changed = page_obstacle_code != get_obstacle_code(find_reply_obstacle(thread.phone))
    if request.args.get("mark") == page.fingerprint and not has_changed:
        return "", 204
    return render_template(
        "inbox/_live.html",
        **_build_texts_context(thread, page),
        obstacle_code=page_obstacle_code,
        has_obstacle_changed=has_changed,
    )


def get_obstacle_code(obstacle: ReplyObstacle | None) -> str:
    """Return the word by which a page knows an obstacle, so that it can tell when it changes."""
    return obstacle.reason if obstacle else ""


@bp.post("/<int:thread_id>/reply")
@roles_required(*ALL_ROLES)
def send_manual_reply(thread_id: int) -> ResponseReturnValue:
    """Queue a reply; or, when a saved reply was chosen, put its text into the form."""
    thread = get_thread_or_404(thread_id)
    form = ReplyForm()
    form.recipient_name = find_contact_name(thread.phone)
    if saved_body := _find_chosen_reply():
        filled_body = fill_template(saved_body, form.recipient_name)
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
    reply_id = parse_id(request.form.get("saved", ""))
    if reply_id is None:
        return None
    reply = find_saved_reply(reply_id)
    return reply.body if reply else None


def _describe_other_reply(error: AnsweredMeanwhile) -> str:
    reply = error.reply
    body = reply.body[:MAX_QUOTED_CHARACTERS]
    mark = "…" if len(reply.body) > MAX_QUOTED_CHARACTERS else ""
    return f"{reply.author} has answered meanwhile: “{body}{mark}” Send yours as well?"


def _read_seen_texts(form: ReplyForm) -> SeenTexts | None:
    """Return what the page of this form showed; None for a program that does not say it."""
    shown_id = parse_id(form.seen_id.data or "")
    if shown_id is None:
        return None
    return SeenTexts(shown_id, parse_id(form.asked_id.data or "") or 0)


def _queue_reply(thread: Thread, form: ReplyForm) -> None:
    reply = ManualReply(
        form.filled_body,
        form.recipient_name,
        form.form_token,
        current_username(),
        _read_seen_texts(form),
    )
    with audited_write("thread.replied", current_username()) as trace:
        trace.about = f"thread {thread.id}"
        trace.details["new"] = queue_manual_reply(thread.id, reply, now())
    flash("Your reply is on its way.", "success")
