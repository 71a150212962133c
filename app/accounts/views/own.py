"""Your account: password and colours."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import COOKIE_NAME, current_user

from app.accounts import actions, queries
from app.accounts.forms import OwnPasswordForm, ThemeForm
from app.accounts.models import hash_of
from app.accounts.views.room import bp
from app.accounts.views.sign_in import (
    begin_session,
    note_wrong_try,
    refusal_while_locked,
)
from app.audit.actions import act
from app.kit.access import BOTH, needs, who
from app.kit.db import write


@bp.route("/account/password", methods=["GET", "POST"])
@needs(*BOTH)
def password() -> ResponseReturnValue:
    """One's own password, against the current one."""
    form = OwnPasswordForm(current_user.username)
    if not form.is_submitted():
        return _page(form)
    if answer := refusal_while_locked(who()):
        form.form_errors.append(answer[0])
        return _page(form), 429, {"Retry-After": answer[1]}
    if not _is_fine(form):
        return _page(form), 422
    onwards = (
        "dashboard.home" if current_user.must_change_password else "accounts.password"
    )
    _change(current_user.id, form.new_password.data or "")
    flash("Your password is changed. Every other device is signed out.", "success")
    return redirect(url_for(onwards), 303)


@bp.post("/account/theme")
@needs(*BOTH)
def theme() -> ResponseReturnValue:
    """One's own colours."""
    form = ThemeForm()
    if not form.validate_on_submit():
        return _page(OwnPasswordForm(current_user.username, formdata=None), form), 422
    user_id = current_user.id
    with write():
        actions.choose_theme(user_id, form.theme.data)
    flash("Your colours are changed.", "success")
    return redirect(url_for("accounts.password"), 303)


def _page(form: OwnPasswordForm, colours: ThemeForm | None = None) -> str:
    colours = colours or ThemeForm(formdata=None, theme=current_user.theme)
    return render_template("accounts/own.html", form=form, colours=colours)


def _is_fine(form: OwnPasswordForm) -> bool:
    """Says everything that is wrong at once.

    Wrong current passwords count like wrong tries at the door.
    """
    fine = form.validate()
    if not current_user.check_password(form.current_password.data or ""):
        note_wrong_try(who())
        form.current_password.errors = [
            *form.current_password.errors,
            "That is not your current password.",
        ]
        return False
    return bool(fine)


def _change(user_id: int, new_password: str) -> None:
    """Every other session of this user ends; this one goes on."""
    password_hash = hash_of(new_password)
    with act("password.changed", who()):
        actions.give_password(user_id, password_hash, must_change=False)
    user = queries.user(user_id)
    if user is not None:
        begin_session(user, remember=COOKIE_NAME in request.cookies)
