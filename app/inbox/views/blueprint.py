"""The blueprint of the inbox, and what its addresses carry along: which list stands beside a
conversation.
"""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.pagination import MAX_SEARCH_LENGTH
from app.inbox.queries.conversation_list import LIST_STATES

bp = Blueprint("inbox", __name__, url_prefix="/inbox")


def read_search_words() -> str:
    """What is searched for."""
    return request.args.get("search", "").replace("\x00", "").strip()[:MAX_SEARCH_LENGTH]


def read_list_state() -> str:
    """Which list: one of STATES. A search looks through all unless the address says otherwise."""
    asked = request.args.get("state", "")
    return asked if asked in LIST_STATES else "all" if read_search_words() else "needs"


def build_carried_parameters() -> dict[str, Any]:
    """What every address from here to another page of the inbox carries along."""
    given = {"state": request.args.get("state", ""), "search": read_search_words()}
    return {
        key: value
        for key, value in given.items()
        if value and (key != "state" or value in LIST_STATES)
    }


def redirect_to_conversation(thread_id: int) -> ResponseReturnValue:
    """Back to the conversation, with the same list beside it."""
    return redirect(
        url_for("inbox.show_conversation", thread_id=thread_id, **build_carried_parameters()),
        303,
    )
