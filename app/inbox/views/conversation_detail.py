"""One conversation: its page, and the section that refreshes itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from app.audit.pending_acts import note_look
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.local_formats import get_display_region, get_display_timezone
from app.core.settings import current_settings
from app.delivery.queries.archived_texts import ArchivedYear, count_archived_texts
from app.delivery.queries.recipient_names import find_latest_contact_name
from app.delivery.queries.unkept_texts import list_unkept_texts
from app.domain.accounts.permissions import Permission
from app.domain.texts.message_templates import NAME_PLACEHOLDERS
from app.domain.texts.whole_numbers import parse_id
from app.domain.time.local_times import get_local_date
from app.events.queries.phone_registrations import (
    UpcomingRegistration,
    find_upcoming_registrations,
)
from app.inbox.forms import AssignForm, ReplyForm, create_form_token
from app.inbox.models import Thread
from app.inbox.queries.conversation_contact import (
    UNDECIDED_STOP,
    ReplyObstacle,
    find_reply_obstacle,
    load_conversation_contact,
)
from app.inbox.queries.conversation_texts import ConversationPage, load_conversation_page
from app.inbox.queries.current_writers import find_other_writers
from app.inbox.queries.insertable_replies import list_insertable_replies
from app.inbox.queries.threads import find_thread
from app.inbox.views.blueprint import bp, build_carried_parameters
from app.inbox.views.conversation_list import build_conversation_list_context
from app.profiles.queries.person_lookup import list_phones_of_history
from app.suppression.queries.consent_history import list_consent_history
from app.suppression.queries.stop_questions import find_open_stop_question
from app.surveys.queries.unclear_answers import (
    UnclearAnswer,
    find_unclear_answer,
    guess_unclear_answer,
)

MAX_SHOWN_EVENTS = 5
REPLY_PLACEHOLDERS = [
    (f"{{{token}|friend}}", label)
    for token, label in NAME_PLACEHOLDERS.items()
    if token == "first_name"
]


def get_thread_or_404(thread_id: int) -> Thread:
    """Return a thread, or abort with 404."""
    return find_thread(thread_id) or abort(404)


@bp.get("/<int:thread_id>")
@permission_required(Permission.ANSWER_PEOPLE)
def show_conversation(thread_id: int) -> ResponseReturnValue:
    """Show a conversation with an empty reply. Looking changes nothing."""
    return render_conversation(get_thread_or_404(thread_id), make_empty_reply_form())


def make_empty_reply_form() -> ReplyForm:
    """Return the form for a reply that nobody has begun."""
    form = ReplyForm(formdata=None)
    form.client_token.data = create_form_token()
    return form


def render_conversation(
    thread: Thread, form: ReplyForm, list_context: Mapping[str, Any] | None = None
) -> str:
    """Render the page of a conversation, with whatever was typed into its form.

    `list_context`: of the page /inbox, which small screens show as the list alone.
    """
    contact = load_conversation_contact(thread.phone)
    note_look("conversation", thread.phone, contact.names[0] if contact.names else None)
    name = contact.names[0] if contact.names else find_latest_contact_name(thread.phone)
    obstacle = find_reply_obstacle(thread.phone)
    page = load_conversation_page(thread, parse_id(request.args.get("before", "")))
    today = get_local_date(get_display_timezone(), now())
    upcoming: Sequence[UpcomingRegistration] = []
    if contact.event_memberships:
        upcoming = find_upcoming_registrations(thread.phone, today, MAX_SHOWN_EVENTS)
    answer = find_unclear_answer(thread.phone) if contact.survey_sessions else None
    return render_template(
        "inbox/conversation.html",
        **_build_texts_context(thread, page, obstacle, page.first_unread_id, answer),
        archived=_list_archived_years(thread, page),
        unkept=list_unkept_texts(list_phones_of_history(thread.phone)),
        contact=contact,
        name=name,
        local_times=contact.number_info.format_local_times(now(), get_display_region()),
        obstacle=obstacle,
        consent=next(iter(list_consent_history(thread.phone, 1)), None),
        upcoming=upcoming,
        form=form,
        assign_form=AssignForm(formdata=None, to=thread.assigned_to or ""),
        saved_replies=list_insertable_replies(name),
        is_list_page=list_context is not None,
        **(list_context or build_conversation_list_context(thread.id)),
    )


def _list_archived_years(thread: Thread, page: ConversationPage) -> list[ArchivedYear]:
    """Return in which archives there are older texts; none while the page has older ones here."""
    if page.older_before_id:
        return []
    phones = list_phones_of_history(thread.phone)
    return count_archived_texts(current_settings().database_path, phones)


def _build_texts_context(
    thread: Thread,
    page: ConversationPage,
    obstacle: ReplyObstacle | None,
    new_id: int,
    answer: UnclearAnswer | None,
) -> dict[str, Any]:
    """Return what the refreshed sections need: the texts, who writes, and an unclear answer.

    `new_id`: the text above which the line "New" is, 0 for none.
    """
    if page.has_newer:
        answer = None
    # A survey that has handed over waits for nobody once the conversation is settled.
    if answer and not (answer.is_waiting or thread.needs_reply):
        answer = None
    obstacle_code = get_obstacle_code(obstacle)
    is_undecided = obstacle_code == UNDECIDED_STOP.reason
    return {
        "thread": thread,
        "page": page,
        "new_id": new_id,
        "obstacle_code": obstacle_code,
        "question": find_open_stop_question(thread.phone) if is_undecided else None,
        "writers": find_other_writers(thread.id, current_username(), now()),
        "unclear_answer": answer,
        "guess": guess_unclear_answer(answer, now()) if answer else None,
    }


@bp.get("/<int:thread_id>/live")
@permission_required(Permission.ANSWER_PEOPLE, json=True)
def refresh_conversation(thread_id: int) -> ResponseReturnValue:
    """Render the newest texts; 204 when the page that asks shows them already.

    `mark` is the fingerprint of what that page shows, `box` the obstacle that it knows, `who` the
    users that it shows as writing, `new` the text above which it has the line "New".
    """
    thread = get_thread_or_404(thread_id)
    page = load_conversation_page(thread)
    obstacle = find_reply_obstacle(thread.phone)
    page_obstacle_code = request.args.get("box", "")
    new_id = parse_id(request.args.get("new", "")) or page.first_unread_id
    answer = find_unclear_answer(thread.phone)
    context = _build_texts_context(thread, page, obstacle, new_id, answer)
    # Only the texts are replaced, never the form: what is typed there stays.
    has_changed = page_obstacle_code != context["obstacle_code"]
    is_known = request.args.get("mark") == page.fingerprint
    if is_known and request.args.get("who", "") == ",".join(context["writers"]) and not has_changed:
        return "", 204
    context["obstacle_code"] = page_obstacle_code
    return render_template(
        "inbox/_live.html",
        **context,
        has_obstacle_changed=has_changed,
        carried=build_carried_parameters(),
    )


def get_obstacle_code(obstacle: ReplyObstacle | None) -> str:
    """Return the word by which a page knows an obstacle, so that it can tell when it changes."""
    return obstacle.reason if obstacle else ""
