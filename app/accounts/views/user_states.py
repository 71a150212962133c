"""Admins disable users, who keep all that they did, and enable them again."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import queries
from app.accounts.actions import user_changes
from app.accounts.views.blueprint import bp
from app.accounts.views.users import LAST_ADMIN_MESSAGE
from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.core.local_formats import format_recent_time
from app.core.recent_sign_in import recent_sign_in_required


@bp.post("/users/<int:user_id>/disable")
@admin_required
@recent_sign_in_required
def disable_user(user_id: int) -> ResponseReturnValue:
    """Shut a user out at once; their history stays."""
    user = queries.find_user(user_id) or abort(404)
    shown_name, own_id = user.shown_name, current_user.id
    try:
        with audited_write("user.disabled", current_username()) as audit:
            audit.about = user.username
            audit.set_thing("user", user_id, user.username)
            user_changes.disable_user(user_id, by=own_id)
    except user_changes.CannotDisableSelf:
        flash("You can't disable your own account. Ask another admin.", "error")
    except user_changes.LastAdminError:
        flash(LAST_ADMIN_MESSAGE, "error")
    else:
        flash(f"{shown_name} is disabled and signed out everywhere.", "success")
    return redirect(url_for("accounts.edit_user", user_id=user_id), 303)


@bp.post("/users/<int:user_id>/enable")
@admin_required
@recent_sign_in_required
def enable_user(user_id: int) -> ResponseReturnValue:
    """Let a user sign in again with their password of before."""
    user = queries.find_user(user_id) or abort(404)
    shown_name, disabled_at = user.shown_name, user.disabled_at
    with audited_write("user.enabled", current_username()) as audit:
        audit.about = user.username
        audit.set_thing("user", user_id, user.username)
        user_changes.enable_user(user_id)
    since = (
        ""
        if disabled_at is None
        else f" They were disabled since {format_recent_time(disabled_at)}."
    )
    flash(f"{shown_name} can sign in again, with the password of before.{since}", "success")
    return redirect(url_for("accounts.edit_user", user_id=user_id), 303)
