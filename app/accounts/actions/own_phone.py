"""Verify a user's own phone by a code that is texted to it, and forget it."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import update

from app.accounts.actions.login_attempts import count_limited_try
from app.accounts.models import AppUser, LoginSession
from app.accounts.queries import find_user
from app.audit.actions import audited_write
from app.core.clock import now
from app.core.db import db, execute_and_count_rows, update_row
from app.delivery.actions.direct_messages import DirectMessage, queue_direct_message
from app.domain.accounts.phone_codes import write_code_text
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_erasure import PhoneErasure
from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.organisation.queries import get_organisation_region
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
)

CODE_LIFETIME = timedelta(minutes=10)
CODE_DIGITS = 6
MAX_WRONG_CODES = 5
# Within a quarter of an hour: each of them is a text that is paid for.
MAX_CODES_SENT = 5
TOO_MANY_CODES_ERROR = "Too many codes were sent. Wait 15 minutes and try again."
WRONG_CODE_ERROR = (
    "That code is wrong or has expired. Check the latest text, or ask for a new code."
)


class PhoneCodeRefused(Exception):
    """No code is sent; the message says why."""


def request_phone_code(user_id: int, username: str, typed: str) -> None:
    """Text a code to the number that a user typed. Raises PhoneCodeRefused."""
    try:
        phone = PhoneNumber.parse(typed, get_organisation_region()).e164
    except InvalidPhoneNumber as error:
        raise PhoneCodeRefused(error.sentence) from error
    with audited_write("phone.code_sent", username) as trace:
        trace.about = f"number ending in {phone[-4:]}"
        _send_phone_code(user_id, phone, now())


def accept_phone_code(user_id: int, username: str, code: str) -> bool:
    """Return whether the code is right; then the pending phone is the user's own."""
    with audited_write("phone.verified", username) as trace:
        is_right = _verify_phone_code(user_id, code, now())
        trace.details = {"accepted": is_right}
    return is_right


def _send_phone_code(user_id: int, phone: str, moment: datetime) -> None:
    """Text a code to a phone (E.164) that a user says is theirs. Inside write().

    Raises PhoneCodeRefused when too many were sent, or the number must not be texted.
    """
    reason = find_suppression_reason(phone, PermissionPurpose.ANSWERING)
    if reason is not None:
        label, _ = SKIP_REASON_LABELS[reason]
        raise PhoneCodeRefused(f"This number can't be texted: {label}.")
    if not count_limited_try(f"phone-code:{user_id}", MAX_CODES_SENT):
        raise PhoneCodeRefused(TOO_MANY_CODES_ERROR)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    _update_user(
        user_id,
        pending_phone=phone,
        phone_code_hash=_hash_code(user_id, phone, code),
        phone_code_ends_at=moment + CODE_LIFETIME,
        phone_code_tries=0,
    )
    # Not kind system, which also goes to a phone that says STOP before the engine takes it.
    text = DirectMessage(phone, write_code_text(code), MessageKind.TEST)
    queue_direct_message(text, moment)


def _verify_phone_code(user_id: int, code: str, moment: datetime) -> bool:
    """Make the pending phone the user's own if the code is right; return whether it was.

    Wrong codes are counted; after five only a new code helps. Inside write().
    """
    user = find_user(user_id)
    if user is None or not user.pending_phone or user.phone_code_ends_at is None:
        return False
    digits = "".join(filter(str.isdigit, code))
    expected = user.phone_code_hash or ""
    is_open = user.phone_code_ends_at > moment and user.phone_code_tries < MAX_WRONG_CODES
    code_hash = _hash_code(user_id, user.pending_phone, digits)
    if not is_open or not hmac.compare_digest(expected, code_hash):
        _update_user(user_id, phone_code_tries=AppUser.phone_code_tries + 1)
        return False
    _update_user(
        user_id,
        phone=user.pending_phone,
        pending_phone=None,
        phone_code_hash=None,
        phone_code_ends_at=None,
    )
    return True


def forget_own_phone(user_id: int) -> None:
    """Remove the user's phone. Inside write()."""
    _update_user(user_id, phone=None, pending_phone=None, phone_code_hash=None)


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Forget the number wherever it is a user's own, or to be verified. Inside write()."""
    # A message that waits for its page may name the person.
    db.session.execute(update(LoginSession).values(flashes=None))
    columns = (AppUser.phone, AppUser.pending_phone)
    counts = [
        execute_and_count_rows(
            update(AppUser)
            .where(column == erasure.phone)
            .values({column: None, AppUser.phone_code_hash: None})
            .execution_options(synchronize_session=False)
        )
        for column in columns
    ]
    return {"users": sum(counts)} if any(counts) else {}


def _update_user(user_id: int, **values: object) -> None:
    update_row(AppUser, user_id, values)
    db.session.expire_all()


def _hash_code(user_id: int, phone: str, code: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{user_id}:{phone}:{code}".encode(), hashlib.sha256).hexdigest()
