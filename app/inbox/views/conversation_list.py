"""The list of conversations: what its pages need, and the section that refreshes itself."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core.access import current_username, permission_required
from app.domain.accounts.permissions import Permission
from app.domain.texts.whole_numbers import parse_id
from app.inbox.queries.conversation_list import (
    count_threads_by_state,
    has_any_thread,
    list_threads,
)
from app.inbox.queries.conversation_search import ThreadSearchResult, search_threads
from app.inbox.views.blueprint import (
    bp,
    build_carried_parameters,
    read_list_state,
    read_search_words,
)
from app.inbox.views.conversation_labels import LIST_STATE_LABELS
from app.organisation.queries import get_organisation_region


@bp.get("/live")
@permission_required(Permission.ANSWER_PEOPLE, json=True)
def refresh_conversation_list() -> ResponseReturnValue:
    """Render the list; 204 when the page that asks (`mark`) shows it already."""
    context = build_conversation_list_context(parse_id(request.args.get("open", "")))
    if request.args.get("mark") == context["list_fingerprint"]:
        return "", 204
    return render_template("inbox/_list.html", **context)


def build_conversation_list_context(open_id: int | None = None) -> dict[str, Any]:
    """Return what the list needs on any page. `open_id`: the conversation beside it."""
    state, search = read_list_state(), read_search_words()
    cursor = request.args.get("before_thread", "")
    counts = count_threads_by_state(current_username())
    if search:
        result = search_threads(search, get_organisation_region(), state, current_username())
    else:
        threads = list_threads(state, current_username(), cursor, open_id)
        result = ThreadSearchResult(threads, has_more=False)
    count_digits = ".".join(map(str, counts.values()))
    return {
        "threads": result.page,
        "has_more": result.has_more,
        "state": state,
        "search": search,
        "cursor": cursor,
        "counts": counts,
        "has_threads": bool(result.page.items) or has_any_thread(),
        "state_labels": LIST_STATE_LABELS,
        "open_id": open_id,
        "carried": build_carried_parameters(),
        "list_fingerprint": f"{result.page.fingerprint}.{count_digits}",
    }
