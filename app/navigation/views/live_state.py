"""What open pages ask for every few seconds: how many conversations wait, and the newest."""

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.access import signed_in_script_required
from app.domain.accounts.permissions import Permission
from app.inbox.queries.threads import find_contact_name
from app.inbox.queries.waiting_threads import fetch_waiting_state
from app.navigation.views.blueprint import bp
from app.notices.queries.notice_lists import count_unread_notices


@bp.get("/live")
@signed_in_script_required
def show_live_state() -> ResponseReturnValue:
    """Return how many conversations wait, who wrote if later than `since`, and unread notices."""
    answer: dict[str, int | str] = {"notices": count_unread_notices(current_user.id)}
    if not current_user.may(Permission.ANSWER_PEOPLE):
        return jsonify(answer | {"waiting": 0, "newest": 0})
    state = fetch_waiting_state()
    answer |= {"waiting": state.count, "newest": state.newest_message_id}
    since = request.args.get("since", type=int)
    if state.phone and since is not None and state.newest_message_id > since:
        name = find_contact_name(state.phone)
        answer["text"] = f"{name} wrote." if name else "A new text came in."
        answer["url"] = url_for("inbox.show_conversation", thread_id=state.thread_id)
    return jsonify(answer)
