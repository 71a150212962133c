"""The blueprint of the inbox, and what its addresses carry along: which list stands beside a
conversation.
"""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.pagination import MAX_SEARCH_LENGTH
from app.inbox.queries import STATES

bp = Blueprint("inbox", __name__, url_prefix="/inbox")


def search_words() -> str:
    """What is searched for."""
    return (
        request.args.get("search", "").replace("\x00", "").strip()[:MAX_SEARCH_LENGTH]
    )


def state() -> str:
    """Which list: one of STATES. A search looks through all unless the address says otherwise."""
    asked = request.args.get("state", "")
    return asked if asked in STATES else "all" if search_words() else "needs"


def carried() -> dict[str, Any]:
    """What every address from here to another page of the inbox carries along."""
    given = {"state": request.args.get("state", ""), "search": search_words()}
    return {
        key: value
        for key, value in given.items()
        if value and (key != "state" or value in STATES)
    }


def to_thread(thread_id: int) -> ResponseReturnValue:
    """Back to the conversation, with the same list beside it."""
    return redirect(url_for("inbox.one", thread_id=thread_id, **carried()), 303)
