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
from app.accounts.forms import OwnPhoneForm
from app.accounts.views.blueprint import bp
from app.accounts.views.own_account import render_own_account
from app.audit.actions import audited_write
from app.core.access import current_username, signed_in_required
from app.core.form_fields import add_error
from app.core.recent_sign_in import recent_sign_in_required

NO_CODE_ERROR = "Enter the code from the text."


@bp.post("/account/phone")
@signed_in_required
@recent_sign_in_required
def change_own_phone() -> ResponseReturnValue:
    """Send a code to the phone that was typed, accept the code, or remove the phone.

    What is wrong is said beside its field, and what was typed is kept.
    """
    form = OwnPhoneForm()
    if "remove" in request.form:
        _remove_phone()
    elif _asks_for_code(form):
        _send_code(form)
    else:
        _accept_code(form)
    if form.errors:
        return render_own_account(phone_form=form), 422
    return redirect(url_for("accounts.change_own_password", _anchor="phone"), 303)


def _asks_for_code(form: OwnPhoneForm) -> bool:
    """Whether a code is to be texted: none was yet, or to another phone than is typed now."""
    if "new_code" in request.form or not current_user.pending_phone:
        return True
    return not form.code.data and form.phone.data != current_user.pending_phone


def _remove_phone() -> None:
    user_id = current_user.id
    with audited_write("phone.removed", current_username()):
        forget_own_phone(user_id)
    flash("Your phone was removed.", "success")


def _accept_code(form: OwnPhoneForm) -> None:
    code = (form.code.data or "").strip()
    if not code:
        add_error(form.code, NO_CODE_ERROR)
    elif accept_phone_code(current_user.id, current_username(), code):
        flash("Your phone is verified. Tests will be sent to it.", "success")
    else:
        add_error(form.code, WRONG_CODE_ERROR)


def _send_code(form: OwnPhoneForm) -> None:
    try:
        request_phone_code(current_user.id, current_username(), form.phone.data or "")
    except PhoneCodeRefused as error:
        add_error(form.phone, str(error))
    else:
        flash("We texted you a code. It expires in 10 minutes.", "success")
