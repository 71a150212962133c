"""The six-digit codes that admins are texted, so that they can approve by answering."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from app.accounts.models import AppUser
from app.accounts.own_phone_queries import find_own_phone
from app.approvals.models import ApprovalCode
from app.core.db import db
from app.core.settings import current_settings
from app.delivery.actions.direct_messages import DirectMessage, queue_direct_message
from app.domain.delivery.approval_texts import CODE_DIGITS, write_request_text
from app.domain.delivery.message_statuses import MessageKind
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
)

CODE_LIFETIME = timedelta(hours=24)
MAX_WRONG_TRIES = 5


@dataclass(frozen=True)
class RequestText:
    """What the text about a request says; `cost` as pages show it, `sample` as a reader gets it.

    `other_texts`: how many texts in other languages are approved with it.
    """

    people: int
    cost: str
    sender: str
    sample: str
    other_texts: int


def text_codes(
    approval_id: int, approvers: Sequence[AppUser], text: RequestText, moment: datetime
) -> int:
    """Text each approver with a phone of their own a code; return how many. Inside write()."""
    sent_count = 0
    for approver in approvers:
        phone = find_own_phone(approver)
        if phone is None or find_suppression_reason(phone, PermissionPurpose.ANSWERING):
            continue
        code = _create_code(approver.id)
        values = {"approval_id": approval_id, "user_id": approver.id, "sent_at": moment}
        code_hash = hash_code(approver.id, code)
        db.session.execute(insert(ApprovalCode).values(**values, code_hash=code_hash))
        body = write_request_text(
            code, text.people, text.cost, text.sender, text.sample, text.other_texts
        )
        # As long as the code counts: the engine may have to wait for the carrier.
        message = DirectMessage(phone, body, MessageKind.TEST, lifetime=CODE_LIFETIME)
        queue_direct_message(message, moment)
        sent_count += 1
    return sent_count


def hash_code(user_id: int, code: str) -> str:
    """Return the keyed hash under which a code of a user is stored."""
    key = current_settings().secret_key.encode()
    return hmac.new(key, f"approval:{user_id}:{code}".encode(), hashlib.sha256).hexdigest()


def count_wrong_try(user_id: int, moment: datetime) -> int:
    """Count a wrong code from a user's phone; return how many codes it was counted for.

    Five end a code. Inside write().
    """
    statement = (
        update(ApprovalCode)
        .where(
            ApprovalCode.user_id == user_id,
            ApprovalCode.used_at.is_(None),
            ApprovalCode.sent_at > moment - CODE_LIFETIME,
            ApprovalCode.wrong_tries < MAX_WRONG_TRIES,
        )
        .values(wrong_tries=ApprovalCode.wrong_tries + 1)
        .returning(ApprovalCode.id)
    )
    return len(db.session.scalars(statement).all())


def mark_code_used(code_id: int, moment: datetime) -> None:
    """Note that an admin answered with a code. Inside write()."""
    statement = update(ApprovalCode).where(ApprovalCode.id == code_id)
    db.session.execute(statement.values(used_at=moment))


def _create_code(user_id: int) -> str:
    """Return a code that this user never got, so that each answers one request."""
    former = set(
        db.session.scalars(select(ApprovalCode.code_hash).where(ApprovalCode.user_id == user_id))
    )
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        if hash_code(user_id, code) not in former:
            return code
