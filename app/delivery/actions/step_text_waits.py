"""Texts of sequences that must not leave now: they wait in the queue, and are judged again.

They belong to no blast that could hold or pause them, and are in the queue for seconds mostly: a
sequence makes its texts in the hours of their readers. Outside of these, and without money, each
waits by its own time.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from app.delivery.actions.text_holding import TickHours
from app.delivery.sql.step_texts import PUT_OFF_TEXTS
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.retry_delays import MAX_RETRY_AFTER_SECONDS
from app.domain.quiet_hours.text_purposes import TextPurpose

# Less than what claiming takes for a sign of a clock that was set back.
WAIT = timedelta(seconds=MAX_RETRY_AFTER_SECONDS) - timedelta(minutes=10)


class QueuedText(Protocol):
    """What is asked of a queued message."""

    @property
    def id(self) -> int: ...
    @property
    def phone(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def message_log_id(self) -> int | None: ...


QueuedTextT = TypeVar("QueuedTextT", bound=QueuedText)


def is_step_text(kind: str, log_id: int | None) -> bool:
    """Whether a text is of a sequence: a reminder of no blast."""
    return kind == MessageKind.REMINDER and log_id is None


def keep_texts_in_hours(
    texts: Sequence[QueuedTextT], hours: TickHours | None, moment: datetime
) -> Sequence[QueuedTextT]:
    """Return those texts of no blast that may leave at this hour; others wait. Inside write().

    Answers leave at any hour, texts of sequences only in the hours of reminders.
    """
    if hours is None:
        return texts
    waiting_ids = {
        text.id
        for text in texts
        if is_step_text(text.kind, text.message_log_id)
        and hours.must_wait(text.phone, TextPurpose.REMINDER)
    }
    if not waiting_ids:
        return texts
    # While the clock is in doubt they only wait: by a wrong time they would wait too long.
    if hours.in_doubt is None:
        put_off_step_texts(waiting_ids, moment)
    return [text for text in texts if text.id not in waiting_ids]


def put_off_step_texts(message_ids: Collection[int], moment: datetime) -> None:
    """Let texts wait for most of an hour; they are judged again then. Inside write()."""
    if message_ids:
        PUT_OFF_TEXTS.execute(ids=json.dumps(sorted(message_ids)), until=moment + WAIT)
