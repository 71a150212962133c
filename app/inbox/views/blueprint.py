"""The blueprint of the inbox, and the parameters that all of its addresses carry along.

They say which list stands beside a conversation.
"""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.pagination import MAX_SEARCH_LENGTH
from app.inbox.queries.conversation_list import LIST_STATES

bp = Blueprint("inbox", __name__, url_prefix="/inbox")


def read_search_words() -> str:
    """Return what the address searches for, or ""."""
    return request.args.get("search", "").replace("\x00", "").strip()[:MAX_SEARCH_LENGTH]


def read_list_state() -> str:
    """Return the list that the address names: one of LIST_STATES.

    A search looks through all threads unless the address names a list.
    """
    state = request.args.get("state", "")
    if state in LIST_STATES:
        return state
    return "all" if read_search_words() else "needs"


def build_carried_parameters() -> dict[str, Any]:
    """Return what every address to another page of the inbox carries along."""
    parameters = {}
    state, search = request.args.get("state", ""), read_search_words()
    if state in LIST_STATES:
        parameters["state"] = state
    if search:
        parameters["search"] = search
    return parameters


def redirect_to_conversation(thread_id: int) -> ResponseReturnValue:
    """Redirect to a conversation, with the same list beside it."""
    return redirect(
        url_for("inbox.show_conversation", thread_id=thread_id, **build_carried_parameters()),
        303,
    )
