"""The user's own phone for tests: entered, verified by a code, removed."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.actions.own_phone import (
    WRONG_CODE_ERROR,
    PhoneCodeRefused,
    accept_phone_code,
    forget_own_phone,
    request_phone_code,
)
from app.accounts.views.blueprint import bp
from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required


@bp.post("/account/phone")
@roles_required(*ALL_ROLES)
def change_own_phone() -> ResponseReturnValue:
    """Send a code to the phone that was typed, accept the code, or remove the phone."""
    if "remove" in request.form:
        _remove_phone()
    elif request.form.get("code", "").strip():
        _accept_code(request.form["code"])
    else:
        _send_code(request.form.get("phone", ""))
    return redirect(url_for("accounts.change_own_password", _anchor="phone"), 303)


def _remove_phone() -> None:
    user_id = current_user.id
    with audited_write("phone.removed", current_username()):
        forget_own_phone(user_id)
    flash("Your phone was removed.", "success")


def _accept_code(code: str) -> None:
    if accept_phone_code(current_user.id, current_username(), code):
        flash("Your phone is verified. Tests are sent to it.", "success")
    else:
        flash(WRONG_CODE_ERROR, "error")


def _send_code(typed: str) -> None:
    try:
        request_phone_code(current_user.id, typed)
    except PhoneCodeRefused as error:
        flash(str(error), "error")
    else:
        flash("We texted you a code. It works for 10 minutes.", "success")
