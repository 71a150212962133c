"""A test goes to the phone of the user who asks for it; without one, the page asks for it."""

from flask_login import current_user

from app.accounts.actions.own_phone import (
    WRONG_CODE_ERROR,
    PhoneCodeRefused,
    send_phone_code,
    verify_phone_code,
)
from app.accounts.own_phone_queries import find_test_phone
from app.audit.actions import audited_write
from app.blasts.forms.compose import ComposeForm
from app.core.access import current_username
from app.core.clock import now
from app.core.db import write
from app.core.form_fields import add_error
from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.organisation import queries as organisation

NO_PHONE_YET = "Add your own phone first. We text a code to it once."
CODE_SENT = "We texted a code to this number. It works for 10 minutes."


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
    user_id = current_user.id
    with audited_write("phone.verified", current_username()):
        is_right = verify_phone_code(user_id, form.test_code.data or "", now())
    if not is_right:
        add_error(form.test_code, WRONG_CODE_ERROR)
    return is_right


def _send_code(form: ComposeForm) -> None:
    region = organisation.get_organisation_region()
    user_id = current_user.id
    try:
        phone = PhoneNumber.parse(form.test_phone.data or "", region).e164
        with write():
            send_phone_code(user_id, phone, now())
    except InvalidPhoneNumber as error:
        add_error(form.test_phone, error.sentence)
    except PhoneCodeRefused as error:
        add_error(form.test_phone, str(error))
    else:
        add_error(form.test_code, CODE_SENT)
