"""The list of conversations, alone and live."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core.access import ALL_ROLES, current_username, roles_required
from app.inbox import queries
from app.inbox.views import room
from app.inbox.views.room import bp
from app.inbox.views.words import LABELS
from app.organisation.queries import get_organisation_region


@bp.get("")
@roles_required(*ALL_ROLES)
def everything() -> ResponseReturnValue:
    """Whoever wrote, the newest first."""
    return render_template("inbox/everything.html", **listed())


@bp.get("/live")
@roles_required(*ALL_ROLES, json=True)
def live() -> ResponseReturnValue:
    """The list as it is now; 204 when it is what `mark` says."""
    values = listed(_open_thread())
    if request.args.get("mark") == values["mark"]:
        return "", 204
    return render_template("inbox/_list.html", **values)


def _open_thread() -> int | None:
    typed = request.args.get("open", "")
    return (
        int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
    )


def listed(open_id: int | None = None) -> dict[str, Any]:
    """What the list needs, wherever it stands. `open_id`: the conversation beside it."""
    state, search, before = (
        room.state(),
        room.search_words(),
        request.args.get("before_thread", ""),
    )
    counts, more = queries.counts(current_username()), False
    if search:
        listing, more = queries.found(
            search, get_organisation_region(), state, current_username()
        )
    else:
        listing = queries.listing(state, current_username(), before)
    return {
        "listing": listing,
        "more": more,
        "state": state,
        "search": search,
        "before": before,
        "counts": counts,
        "labels": LABELS,
        "open_id": open_id,
        "carried": room.carried(),
        "mark": f"{listing.mark}.{'.'.join(str(count) for count in counts.values())}",
    }
