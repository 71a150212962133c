"""A test goes to the phone of the user who asks for it; without one, the page asks for it."""

from flask_login import current_user

from app.accounts.actions.own_phone import (
    WRONG_CODE_ERROR,
    PhoneCodeRefused,
    accept_phone_code,
    request_phone_code,
)
from app.accounts.own_phone_queries import find_test_phone
from app.blasts.forms.compose import ComposeForm
from app.core.access import current_username
from app.core.form_fields import add_error

NO_PHONE_YET = "Add your own phone first. We’ll text it a code once."
CODE_SENT = "We texted a code to this number. It expires in 10 minutes."


def has_test_phone(form: ComposeForm) -> bool:
    """Whether the user has a phone for tests; otherwise the form asks for the next thing.

    The number first, then the code that was texted to it. Everything typed stays in the form.
    """
    if find_test_phone(current_username()):
        return True
    if (form.test_code.data or "").strip():
        return _accept_code(form)
    if (form.test_phone.data or "").strip():
        _send_code(form)
    else:
        add_error(form.test_phone, NO_PHONE_YET)
    return False


def _accept_code(form: ComposeForm) -> bool:
    is_right = accept_phone_code(current_user.id, current_username(), form.test_code.data or "")
    if not is_right:
        add_error(form.test_code, WRONG_CODE_ERROR)
    return is_right


def _send_code(form: ComposeForm) -> None:
    try:
        request_phone_code(current_user.id, current_username(), form.test_phone.data or "")
    except PhoneCodeRefused as error:
        add_error(form.test_phone, str(error))
    else:
        add_error(form.test_code, CODE_SENT)
