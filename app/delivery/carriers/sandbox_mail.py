"""The pretend carrier's outgoing mail: which news is due, who takes it out, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.core.db import db
from app.delivery.carriers import sandbox_wire as wire
from app.delivery.carriers.sandbox_models import Mood, SandboxMessage, SandboxPhone
from app.delivery.carriers.sandbox_moods import next_step, spread
from app.delivery.carriers.sandbox_wire import Text

HOLD = timedelta(
    seconds=30
)  # how long a claim keeps others off; when the claimer dies, the news is due again
TRY_AGAIN = (1.0, 5.0, 30.0)  # seconds; the last one again and again
MOST_TRIES = 10
NOT_TAKEN = 11200  # Twilio's code for a webhook that did not answer well

table = cast(Table, SandboxMessage.__table__)


@dataclass(frozen=True)
class Letter:
    """One piece of news for the app, claimed.

    `status` is what it says; `n` counts the tries, this one included.
    """

    id: int
    n: int
    status: str
    text: Text
    callback: str | None

    @property
    def params(self) -> wire.Params:
        """The fields of the post."""
        return (
            wire.news(self.text)
            if self.text.from_phone
            else wire.receipt(self.text, self.status)
        )


def next_due() -> datetime | None:
    """When the next news is due."""
    return db.session.scalar(
        select(func.min(SandboxMessage.next_at)).where(
            SandboxMessage.next_at.is_not(None)
        )
    )


def claim_due(session: Session, now: datetime, account: str, most: int) -> list[Letter]:
    """Take due news out, oldest first.

    One guarded UPDATE: of two processes one wins each row. Inside write().
    """
    due = (
        select(SandboxMessage.id)
        .where(SandboxMessage.next_at <= now)
        .order_by(SandboxMessage.next_at)
        .limit(most)
    )
    return _claim(session, now, account, SandboxMessage.id.in_(due))


def claim_one(session: Session, now: datetime, account: str, sid: str) -> Letter | None:
    """Take the first news of one text out, due or not; None when somebody has it already.

    Inside write().
    """
    fresh = (
        (SandboxMessage.sid == sid)
        & SandboxMessage.next_at.is_not(None)
        & (SandboxMessage.posts == 0)
    )
    letters = _claim(session, now, account, fresh)
    return letters[0] if letters else None


def _claim(session: Session, now: datetime, account: str, which: Any) -> list[Letter]:
    """The network has the status from now on, whether or not the app hears of it."""
    statement = (
        update(SandboxMessage)
        .where(which)
        .values(
            next_at=now + HOLD,
            posts=SandboxMessage.posts + 1,
            status=SandboxMessage.next_status,
        )
        .returning(*table.c)
    )
    return [_letter(row, account) for row in session.execute(statement)]


def _letter(row: Any, account: str) -> Letter:
    return Letter(
        row.id,
        row.posts,
        row.next_status,
        wire.text_of(account, row),
        row.status_callback,
    )


def settle(
    session: Session, now: datetime, answers: Sequence[tuple[Letter, int]]
) -> None:
    """Write down how the posts ended (HTTP statuses) and what is due next. Inside write()."""
    moods = _moods(session, [letter.text.phone for letter, _ in answers])
    rows = [
        _after(letter, answer, moods.get(letter.text.phone, Mood.WORKING), now)
        | {"which": letter.id, "claimed": letter.n, "said": letter.status}
        for letter, answer in answers
    ]
    mine = (
        (table.c.id == bindparam("which"))
        & (table.c.posts == bindparam("claimed"))
        & (table.c.next_status == bindparam("said"))
    )
    if rows:
        session.connection().execute(update(table).where(mine), rows)


def _moods(session: Session, phones: Sequence[str]) -> dict[str, Mood]:
    rows = session.execute(
        select(SandboxPhone.phone, SandboxPhone.mood).where(
            SandboxPhone.phone.in_(set(phones))
        )
    )
    return {phone: mood for phone, mood in rows}


def _after(letter: Letter, answer: int, mood: Mood, now: datetime) -> dict[str, Any]:
    """The row's new values: the same news again, the next status, or the end."""
    kept = {
        "error_code": letter.text.error_code,
        "posts": letter.n,
        "next_status": letter.status,
    }
    if worth_another_try(letter, answer):
        wait = TRY_AGAIN[min(letter.n, len(TRY_AGAIN)) - 1]
        return kept | {"next_at": now + timedelta(seconds=wait)}
    if letter.text.from_phone:
        code = None if answer < 300 else NOT_TAKEN
        return kept | {"next_at": None, "next_status": None, "error_code": code}
    step = next_step(letter.status, mood)
    if step is None:
        return kept | {"next_at": None, "next_status": None}
    return {
        "next_status": step.status,
        "next_at": now + spread(step.after),
        "error_code": step.code,
        "posts": 0,
    }


def worth_another_try(letter: Letter, answer: int) -> bool:
    """Whether the app was only busy, or broken for a moment."""
    return (answer >= 500 or answer == 429) and letter.n < MOST_TRIES
