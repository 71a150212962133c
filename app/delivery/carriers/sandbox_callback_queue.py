"""The sandbox's queue of callbacks: which are due, who claims them, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.core.db import db
from app.delivery.carriers.sandbox_behaviours import (
    compute_jittered_delay,
    get_next_transition,
)
from app.delivery.carriers.sandbox_models import PhoneBehaviour, SandboxMessage
from app.delivery.carriers.sandbox_payloads import (
    SandboxText,
    WebhookParams,
    build_inbound_webhook_params,
    build_sandbox_text,
    build_status_callback_params,
)
from app.delivery.carriers.sandbox_phone_storage import find_phone_behaviours

# How long a claim keeps other processes away. When the claimer dies, the callback is due again
# after this time.
CLAIM_DURATION = timedelta(seconds=30)
# The last delay is repeated.
RETRY_DELAYS_SECONDS = (1.0, 5.0, 30.0)
MAX_CALLBACK_ATTEMPTS = 10
# Twilio's code for a webhook that failed (https://www.twilio.com/docs/api/errors/11200).
WEBHOOK_FAILURE_CODE = 11200

sandbox_messages_table = cast("Table", SandboxMessage.__table__)


@dataclass(frozen=True)
class Callback:
    """A claimed callback that reports `status`; `attempt_number` counts this attempt too."""

    id: int
    attempt_number: int
    status: str
    text: SandboxText
    callback_url: str | None

    @property
    def form_params(self) -> WebhookParams:
        """The fields of the POST."""
        if self.text.from_phone:
            return build_inbound_webhook_params(self.text)
        return build_status_callback_params(self.text, self.status)


def find_next_callback_time() -> datetime | None:
    """Return when the next callback is due, or None."""
    next_at = SandboxMessage.next_at
    return db.session.scalar(select(func.min(next_at)).where(next_at.is_not(None)))


def claim_due_callbacks(
    session: Session, now: datetime, account: str, limit: int
) -> list[Callback]:
    """Claim callbacks that are due, oldest first. Inside write()."""
    statement = select(SandboxMessage.id).where(SandboxMessage.next_at <= now)
    due_ids = statement.order_by(SandboxMessage.next_at).limit(limit)
    return _claim_callbacks(session, now, account, SandboxMessage.id.in_(due_ids))


def claim_first_callback(
    session: Session, now: datetime, account: str, sid: str
) -> Callback | None:
    """Claim the first callback of one text, due or not; None when it was claimed before.

    Inside write().
    """
    condition = (
        (SandboxMessage.sid == sid)
        & SandboxMessage.next_at.is_not(None)
        & (SandboxMessage.posts == 0)
    )
    callbacks = _claim_callbacks(session, now, account, condition)
    return callbacks[0] if callbacks else None


def _claim_callbacks(
    session: Session, now: datetime, account: str, condition: Any
) -> list[Callback]:
    # One UPDATE guarded by the condition: of two processes only one gets each row. The network
    # has the new status from now on, whether or not the callback reaches the app.
    statement = update(SandboxMessage).where(condition)
    statement = statement.values(
        next_at=now + CLAIM_DURATION,
        posts=SandboxMessage.posts + 1,
        status=SandboxMessage.next_status,
    )
    rows = session.execute(statement.returning(*sandbox_messages_table.c))
    return [_build_callback(row, account) for row in rows]


def _build_callback(row: Any, account: str) -> Callback:
    return Callback(
        row.id,
        row.posts,
        row.next_status,
        build_sandbox_text(account, row),
        row.status_callback,
    )


def store_callback_responses(
    session: Session, now: datetime, responses: Sequence[tuple[Callback, int]]
) -> None:
    """Store the HTTP status of each response, and what is due next. Inside write()."""
    behaviours = find_phone_behaviours(callback.text.phone for callback, _ in responses)
    rows = []
    for callback, http_status in responses:
        behaviour = behaviours.get(callback.text.phone, PhoneBehaviour.WORKING)
        values = _compute_next_values(callback, http_status, behaviour, now)
        values["b_id"] = callback.id
        values["b_attempt"] = callback.attempt_number
        values["b_status"] = callback.status
        rows.append(values)
    if not rows:
        return
    columns = sandbox_messages_table.c
    # The guard: another process may have claimed the row after this claim ran out.
    statement = update(sandbox_messages_table).where(
        columns.id == bindparam("b_id"),
        columns.posts == bindparam("b_attempt"),
        columns.next_status == bindparam("b_status"),
    )
    session.connection().execute(statement, rows)


def _compute_next_values(
    callback: Callback, http_status: int, behaviour: PhoneBehaviour, now: datetime
) -> dict[str, Any]:
    """Return the row's new values: the same callback again, the next status, or the end."""
    values: dict[str, Any] = {
        "error_code": callback.text.error_code,
        "posts": callback.attempt_number,
        "next_status": None,
        "next_at": None,
    }
    if can_retry_callback(callback, http_status):
        values["next_status"] = callback.status
        values["next_at"] = now + _get_retry_delay(callback.attempt_number)
        return values
    if callback.text.from_phone:
        values["error_code"] = None if http_status < 300 else WEBHOOK_FAILURE_CODE
        return values
    transition = get_next_transition(callback.status, behaviour)
    if transition is None:
        return values
    return {
        "error_code": transition.error_code,
        "posts": 0,
        "next_status": transition.status,
        "next_at": now + compute_jittered_delay(transition.delay_seconds),
    }


def _get_retry_delay(attempt_number: int) -> timedelta:
    position = min(attempt_number, len(RETRY_DELAYS_SECONDS)) - 1
    return timedelta(seconds=RETRY_DELAYS_SECONDS[position])


def can_retry_callback(callback: Callback, http_status: int) -> bool:
    """Whether the app was busy or failed for a moment, and attempts are left."""
    is_temporary = http_status >= 500 or http_status == 429
    return is_temporary and callback.attempt_number < MAX_CALLBACK_ATTEMPTS
