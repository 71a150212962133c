"""Your account: password and colours."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import COOKIE_NAME, current_user

from app.accounts import actions, queries
from app.accounts.forms import OwnPasswordForm, ThemeForm
from app.accounts.models import hash_password
from app.accounts.views.blueprint import bp
from app.accounts.views.sign_in import (
    find_lockout_message,
    log_failed_login,
    start_login_session,
)
from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.db import write


@bp.route("/account/password", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def change_own_password() -> ResponseReturnValue:
    """One's own password, against the current one."""
    form = OwnPasswordForm(current_user.username)
    if not form.is_submitted():
        return _render_own_account(form)
    if answer := find_lockout_message(current_username()):
        form.form_errors.append(answer[0])
        return _render_own_account(form), 429, {"Retry-After": answer[1]}
    if not _validate_password_change(form):
        return _render_own_account(form), 422
    onwards = (
        "dashboard.show_dashboard"
        if current_user.must_change_password
        else "accounts.change_own_password"
    )
    _update_own_password(current_user.id, form.new_password.data or "")
    flash("Your password is changed. Every other device is signed out.", "success")
    return redirect(url_for(onwards), 303)


@bp.post("/account/theme")
@roles_required(*ALL_ROLES)
def change_own_theme() -> ResponseReturnValue:
    """One's own colours."""
    form = ThemeForm()
    if not form.validate_on_submit():
        return _render_own_account(OwnPasswordForm(current_user.username, formdata=None), form), 422
    user_id = current_user.id
    with write():
        actions.set_user_theme(user_id, form.theme.data)
    flash("Your colours are changed.", "success")
    return redirect(url_for("accounts.change_own_password"), 303)


def _render_own_account(form: OwnPasswordForm, colours: ThemeForm | None = None) -> str:
    colours = colours or ThemeForm(formdata=None, theme=current_user.theme)
    return render_template("accounts/own.html", form=form, colours=colours)


def _validate_password_change(form: OwnPasswordForm) -> bool:
    """Says everything that is wrong at once.

    Wrong current passwords count like wrong tries at the door.
    """
    fine = form.validate()
    if not current_user.check_password(form.current_password.data or ""):
        log_failed_login(current_username())
        form.current_password.errors = [
            *form.current_password.errors,
            "That is not your current password.",
        ]
        return False
    return bool(fine)


def _update_own_password(user_id: int, new_password: str) -> None:
    """Every other session of this user ends; this one goes on."""
    password_hash = hash_password(new_password)
    with audited_write("password.changed", current_username()):
        actions.set_user_password(user_id, password_hash, must_change=False)
    user = queries.find_user(user_id)
    if user is not None:
        start_login_session(user, remember=COOKIE_NAME in request.cookies)
