"""The list of conversations, alone and live."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core.access import ALL_ROLES, current_username, roles_required
from app.inbox.queries.conversation_list import count_threads_by_state, list_threads
from app.inbox.queries.conversation_search import search_threads
from app.inbox.views import blueprint
from app.inbox.views.blueprint import bp
from app.inbox.views.conversation_labels import LIST_STATE_LABELS
from app.organisation.queries import get_organisation_region


@bp.get("")
@roles_required(*ALL_ROLES)
def list_conversations() -> ResponseReturnValue:
    """Whoever wrote, the newest first."""
    return render_template("inbox/everything.html", **build_conversation_list_context())


@bp.get("/live")
@roles_required(*ALL_ROLES, json=True)
def refresh_conversation_list() -> ResponseReturnValue:
    """The list as it is now; 204 when it is what `mark` says."""
    values = build_conversation_list_context(_read_open_thread_id())
    if request.args.get("mark") == values["mark"]:
        return "", 204
    return render_template("inbox/_list.html", **values)


def _read_open_thread_id() -> int | None:
    typed = request.args.get("open", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def build_conversation_list_context(open_id: int | None = None) -> dict[str, Any]:
    """What the list needs, wherever it stands. `open_id`: the conversation beside it."""
    state, search, before = (
        blueprint.read_list_state(),
        blueprint.read_search_words(),
        request.args.get("before_thread", ""),
    )
    counts, more = count_threads_by_state(current_username()), False
    if search:
        listing, more = search_threads(search, get_organisation_region(), state, current_username())
    else:
        listing = list_threads(state, current_username(), before)
    return {
        "listing": listing,
        "more": more,
        "state": state,
        "search": search,
        "before": before,
        "counts": counts,
        "labels": LIST_STATE_LABELS,
        "open_id": open_id,
        "carried": blueprint.build_carried_parameters(),
        "mark": f"{listing.fingerprint}.{'.'.join(str(count) for count in counts.values())}",
    }
