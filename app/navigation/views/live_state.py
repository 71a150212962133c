"""What open pages ask for every few seconds: how many conversations wait, and the newest."""

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from app.core.access import signed_in_script_required
from app.inbox.queries.threads import find_contact_name
from app.inbox.queries.waiting_threads import fetch_waiting_state
from app.navigation.views.blueprint import bp


@bp.get("/live")
@signed_in_script_required
def show_live_state() -> ResponseReturnValue:
    """Return the number of waiting conversations, and who wrote if that is newer than `since`."""
    state = fetch_waiting_state()
    answer: dict[str, int | str] = {"waiting": state.count, "newest": state.newest_message_id}
    since = request.args.get("since", type=int)
    if state.phone and since is not None and state.newest_message_id > since:
        name = find_contact_name(state.phone)
        answer["text"] = f"{name} wrote." if name else "A new text came in."
        answer["url"] = url_for("inbox.show_conversation", thread_id=state.thread_id)
    return jsonify(answer)
