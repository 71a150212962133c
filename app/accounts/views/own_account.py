"""The page of one's own account: password and colours."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import COOKIE_NAME, current_user

from app.accounts import actions, queries
from app.accounts.forms import OwnPasswordForm, ThemeForm
from app.accounts.models import hash_password
from app.accounts.views.blueprint import bp
from app.accounts.views.sign_in import (
    find_lockout,
    log_failed_login,
    start_login_session,
)
from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.db import write
from app.core.form_fields import add_error


@bp.route("/account/password", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def change_own_password() -> ResponseReturnValue:
    """Show the account page; change one's own password."""
    form = OwnPasswordForm(current_user.username)
    if not form.is_submitted():
        return _render_own_account(form)
    if lockout := find_lockout(current_username()):
        form.form_errors.append(lockout.message)
        return _render_own_account(form), 429, {"Retry-After": lockout.retry_after}
    if not _validate_password_change(form):
        return _render_own_account(form), 422
    next_endpoint = "accounts.change_own_password"
    if current_user.must_change_password:
        next_endpoint = "dashboard.show_dashboard"
    _update_own_password(current_user.id, form.new_password.data or "")
    flash("Your password is changed. Every other device is signed out.", "success")
    return redirect(url_for(next_endpoint), 303)


@bp.post("/account/theme")
@roles_required(*ALL_ROLES)
def change_own_theme() -> ResponseReturnValue:
    """Change the colours in which one sees the pages."""
    form = ThemeForm()
    if not form.validate_on_submit():
        return _render_own_account(OwnPasswordForm(current_user.username, formdata=None), form), 422
    user_id = current_user.id
    with write():
        actions.set_user_theme(user_id, form.theme.data)
    flash("Your colours are changed.", "success")
    return redirect(url_for("accounts.change_own_password"), 303)


def _render_own_account(form: OwnPasswordForm, theme_form: ThemeForm | None = None) -> str:
    if theme_form is None:
        theme_form = ThemeForm(formdata=None, theme=current_user.theme)
    return render_template("accounts/own.html", form=form, theme_form=theme_form)


def _validate_password_change(form: OwnPasswordForm) -> bool:
    """Whether the form is valid; a wrong current password counts as a failed login."""
    is_valid = form.validate()
    if not current_user.check_password(form.current_password.data or ""):
        log_failed_login(current_username())
        add_error(form.current_password, "That is not your current password.")
        return False
    return bool(is_valid)


def _update_own_password(user_id: int, new_password: str) -> None:
    """Store the password and end every session of this user but the current one."""
    password_hash = hash_password(new_password)
    with audited_write("password.changed", current_username()):
        actions.set_user_password(user_id, password_hash, must_change=False)
    user = queries.find_user(user_id)
    if user is not None:
        start_login_session(user, remember=COOKIE_NAME in request.cookies)
