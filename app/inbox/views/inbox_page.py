"""The page /inbox: the list, with its first conversation open beside it on wide screens."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.access import permission_required
from app.domain.accounts.permissions import Permission
from app.inbox.queries.threads import find_thread
from app.inbox.views.blueprint import bp
from app.inbox.views.conversation_detail import make_empty_reply_form, render_conversation
from app.inbox.views.conversation_list import build_conversation_list_context


@bp.get("")
@permission_required(Permission.ANSWER_PEOPLE)
def list_conversations() -> ResponseReturnValue:
    """Show the conversations, the newest first. Small screens show only the list."""
    list_context = build_conversation_list_context()
    items = list_context["threads"].items
    thread = find_thread(items[0].id) if items else None
    if thread is None:
        return render_template("inbox/list.html", **list_context)
    list_context["open_id"] = thread.id
    return render_conversation(thread, make_empty_reply_form(), list_context)
