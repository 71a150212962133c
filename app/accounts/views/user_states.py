"""Admins disable users, who keep all that they did, enable them again, and delete them."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import queries
from app.accounts.actions import user_changes
from app.accounts.models import AppUser
from app.accounts.views.blueprint import bp
from app.accounts.views.users import LAST_ADMIN_MESSAGE, name_changed_user
from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.core.local_formats import format_recent_time
from app.core.recent_sign_in import recent_sign_in_required
from app.trash.actions.keeping import Deletion, keep_in_trash
from app.trash.deletion_message import flash_deletion
from app.trash.models import TrashKind

OWN_ACCOUNT_MESSAGE = "You can't {} your own account. Ask another admin."


@bp.post("/users/<int:user_id>/disable")
@admin_required
@recent_sign_in_required
def disable_user(user_id: int) -> ResponseReturnValue:
    """Shut a user out at once; their history stays."""
    user = queries.find_user(user_id) or abort(404)
    shown_name, own_id = user.shown_name, current_user.id
    try:
        with audited_write("user.disabled", current_username()) as audit:
            name_changed_user(audit, user_id, user.username)
            user_changes.disable_user(user_id, by=own_id)
    except user_changes.OwnAccountError:
        flash(OWN_ACCOUNT_MESSAGE.format("disable"), "error")
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
        name_changed_user(audit, user_id, user.username)
        user_changes.enable_user(user_id)
    since = ""
    if disabled_at is not None:
        since = f" They were disabled since {format_recent_time(disabled_at)}."
    flash(f"{shown_name} can sign in again, with the password of before.{since}", "success")
    return redirect(url_for("accounts.edit_user", user_id=user_id), 303)


@bp.post("/users/<int:user_id>/delete")
@admin_required
@recent_sign_in_required
def remove_user(user_id: int) -> ResponseReturnValue:
    """Delete a user; the audit log keeps their name."""
    user = queries.find_user(user_id) or abort(404)
    username, own_id = user.username, current_user.id
    try:
        with audited_write("user.deleted", current_username()) as audit:
            name_changed_user(audit, user_id, username)
            deletion = Deletion(TrashKind.USER, username, audit.who, audit.user_id)
            item_id = keep_in_trash(deletion, AppUser, [user_id])
            user_changes.delete_user(user_id, by=own_id)
    except user_changes.OwnAccountError:
        flash(OWN_ACCOUNT_MESSAGE.format("delete"), "error")
    except user_changes.LastAdminError:
        flash(LAST_ADMIN_MESSAGE, "error")
    else:
        flash_deletion(f"{username} was deleted and signed out everywhere.", item_id)
    return redirect(url_for("accounts.list_users"), 303)
