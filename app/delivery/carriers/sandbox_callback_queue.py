"""The pretend carrier's outgoing mail: which news is due, who takes it out, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.core.db import db
from app.delivery.carriers import sandbox_payloads as wire
from app.delivery.carriers.sandbox_behaviours import (
    compute_jittered_delay,
    get_next_transition,
)
from app.delivery.carriers.sandbox_models import (
    PhoneBehaviour,
    SandboxMessage,
    SandboxPhone,
)
from app.delivery.carriers.sandbox_payloads import SandboxText

CLAIM_DURATION = timedelta(
    seconds=30
)  # how long a claim keeps others off; when the claimer dies, the news is due again
RETRY_DELAYS_SECONDS = (1.0, 5.0, 30.0)  # seconds; the last one again and again
MAX_CALLBACK_ATTEMPTS = 10
WEBHOOK_FAILURE_CODE = 11200  # Twilio's code for a webhook that did not answer well

sandbox_messages_table = cast(Table, SandboxMessage.__table__)


@dataclass(frozen=True)
class Callback:
    """One piece of news for the app, claimed.

    `status` is what it says; `n` counts the tries, this one included.
    """

    id: int
    attempt_number: int
    status: str
    text: SandboxText
    callback_url: str | None

    @property
    def form_params(self) -> wire.WebhookParams:
        """The fields of the post."""
        return (
            wire.build_inbound_webhook_params(self.text)
            if self.text.from_phone
            else wire.build_status_callback_params(self.text, self.status)
        )


def find_next_callback_time() -> datetime | None:
    """When the next news is due."""
    return db.session.scalar(
        select(func.min(SandboxMessage.next_at)).where(SandboxMessage.next_at.is_not(None))
    )


def claim_due_callbacks(session: Session, now: datetime, account: str, most: int) -> list[Callback]:
    """Take due news out, oldest first.

    One guarded UPDATE: of two processes one wins each row. Inside write().
    """
    due = (
        select(SandboxMessage.id)
        .where(SandboxMessage.next_at <= now)
        .order_by(SandboxMessage.next_at)
        .limit(most)
    )
    return _claim_callbacks(session, now, account, SandboxMessage.id.in_(due))


def claim_first_callback(
    session: Session, now: datetime, account: str, sid: str
) -> Callback | None:
    """Take the first news of one text out, due or not; None when somebody has it already.

    Inside write().
    """
    fresh = (
        (SandboxMessage.sid == sid)
        & SandboxMessage.next_at.is_not(None)
        & (SandboxMessage.posts == 0)
    )
    letters = _claim_callbacks(session, now, account, fresh)
    return letters[0] if letters else None


def _claim_callbacks(session: Session, now: datetime, account: str, which: Any) -> list[Callback]:
    """The network has the status from now on, whether or not the app hears of it."""
    statement = (
        update(SandboxMessage)
        .where(which)
        .values(
            next_at=now + CLAIM_DURATION,
            posts=SandboxMessage.posts + 1,
            status=SandboxMessage.next_status,
        )
        .returning(*sandbox_messages_table.c)
    )
    return [_build_callback(row, account) for row in session.execute(statement)]


def _build_callback(row: Any, account: str) -> Callback:
    return Callback(
        row.id,
        row.posts,
        row.next_status,
        wire.build_sandbox_text(account, row),
        row.status_callback,
    )


def store_callback_responses(
    session: Session, now: datetime, answers: Sequence[tuple[Callback, int]]
) -> None:
    """Write down how the posts ended (HTTP statuses) and what is due next. Inside write()."""
    moods = _load_behaviours(session, [letter.text.phone for letter, _ in answers])
    rows = [
        _compute_next_values(
            letter, answer, moods.get(letter.text.phone, PhoneBehaviour.WORKING), now
        )
        | {"which": letter.id, "claimed": letter.attempt_number, "said": letter.status}
        for letter, answer in answers
    ]
    mine = (
        (sandbox_messages_table.c.id == bindparam("which"))
        & (sandbox_messages_table.c.posts == bindparam("claimed"))
        & (sandbox_messages_table.c.next_status == bindparam("said"))
    )
    if rows:
        session.connection().execute(update(sandbox_messages_table).where(mine), rows)


def _load_behaviours(session: Session, phones: Sequence[str]) -> dict[str, PhoneBehaviour]:
    rows = session.execute(
        select(SandboxPhone.phone, SandboxPhone.mood).where(SandboxPhone.phone.in_(set(phones)))
    )
    return {phone: mood for phone, mood in rows}


def _compute_next_values(
    letter: Callback, answer: int, mood: PhoneBehaviour, now: datetime
) -> dict[str, Any]:
    """The row's new values: the same news again, the next status, or the end."""
    kept = {
        "error_code": letter.text.error_code,
        "posts": letter.attempt_number,
        "next_status": letter.status,
    }
    if can_retry_callback(letter, answer):
        wait = RETRY_DELAYS_SECONDS[min(letter.attempt_number, len(RETRY_DELAYS_SECONDS)) - 1]
        return kept | {"next_at": now + timedelta(seconds=wait)}
    if letter.text.from_phone:
        code = None if answer < 300 else WEBHOOK_FAILURE_CODE
        return kept | {"next_at": None, "next_status": None, "error_code": code}
    step = get_next_transition(letter.status, mood)
    if step is None:
        return kept | {"next_at": None, "next_status": None}
    return {
        "next_status": step.status,
        "next_at": now + compute_jittered_delay(step.delay_seconds),
        "error_code": step.error_code,
        "posts": 0,
    }


def can_retry_callback(letter: Callback, answer: int) -> bool:
    """Whether the app was only busy, or broken for a moment."""
    return (answer >= 500 or answer == 429) and letter.attempt_number < MAX_CALLBACK_ATTEMPTS
