"""An admin removes the second factor of a user who lost their phone."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import queries
from app.accounts.actions.second_factors import remove_second_factor
from app.accounts.views.blueprint import bp
from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.core.recent_sign_in import recent_sign_in_required


@bp.post("/users/<int:user_id>/second-factor/remove")
@admin_required
@recent_sign_in_required
def remove_users_second_factor(user_id: int) -> ResponseReturnValue:
    """Remove another user's second factor; the user is told at the next sign-in."""
    user = queries.find_user(user_id) or abort(404)
    if user.id == current_user.id:
        flash("Switch off your own second factor on this page, with your password.", "info")
        return redirect(url_for("accounts.show_second_factor"), 303)
    username = user.username
    with audited_write("user.factor_removed", current_username()) as trace:
        trace.about = username
        is_removed = remove_second_factor(user_id, by_admin=True)
        trace.details = {"removed": is_removed}
    if is_removed:
        flash(
            f"{username} signs in with the password alone until they set up a new one.", "success"
        )
    else:
        flash(f"{username} has no second factor.", "info")
    return redirect(url_for("accounts.edit_user", user_id=user_id), 303)
