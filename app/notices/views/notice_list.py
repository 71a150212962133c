"""The list behind the bell: what one was told."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.access import signed_in_required
from app.core.clock import now
from app.core.db import write
from app.core.pagination import list_params
from app.domain.texts.plurals import pluralize
from app.notices.actions.read_marks import mark_read
from app.notices.queries.notice_lists import fetch_notices_page, find_own_notice
from app.notices.views.blueprint import bp


@bp.get("/notices")
@signed_in_required
def list_notices() -> ResponseReturnValue:
    """List what one was told, the newest first."""
    page = fetch_notices_page(current_user.id, list_params(("created_at",), "created_at", "desc"))
    return render_template("notices/list.html", page=page)


@bp.post("/notices/<int:notice_id>/open")
@signed_in_required
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as read, and show the page that it is about."""
    user_id = current_user.id
    notice = find_own_notice(user_id, notice_id)
    if notice is None:
        # Deleted after 90 days while the page was open, or someone else's: told apart for nobody.
        flash("That notification is no longer here.", "info")
        return redirect(url_for("notices.list_notices"), 303)
    # Read before write(), which ends the session's view of the row.
    path = notice.path
    with write():
        mark_read(user_id, now(), notice_id)
    return redirect(path, 303)


@bp.post("/notices/read")
@signed_in_required
def mark_all_read() -> ResponseReturnValue:
    """Mark every notice as read."""
    user_id = current_user.id
    with write():
        count = mark_read(user_id, now())
    flash(f"{pluralize(count, 'notification')} marked as read.", "success")
    return redirect(url_for("notices.list_notices"), 303)
