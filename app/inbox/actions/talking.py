"""A person answers: a reply, once; and a decision about a text that may mean STOP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, update

from app.core.db import execute_and_count_rows
from app.delivery.actions import blast_control, direct_messages
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.inbox import queries
from app.inbox.actions import threads
from app.inbox.models import Thread
from app.inbox.queries import WhyNot
from app.suppression import actions as suppression
from app.suppression import queries as permission
from app.surveys.actions import survey_text_handling as surveys

TOKENS_KEPT = 330  # characters: the marks of the last ten forms


class NotTexted(Exception):
    """Nothing may be written to them; `why` says it."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.reason)
        self.why = why


@dataclass(frozen=True)
class Reply:
    """What a person writes to another: placeholders filled in.

    `token`: the mark of the form it came from.
    """

    body: str
    name: str | None
    token: str
    by: str


def reply(thread_id: int, reply: Reply, moment: datetime) -> bool:
    """Put a reply into the queue; nothing waits for a person in that thread any more.

    Inside write().

    False when this form was sent before: then nothing is. Raises NotTexted.
    """
    row = queries.thread(thread_id)
    if row is None or not _is_first(thread_id, reply.token):
        return False
    if why := queries.why_not(row.phone):
        raise NotTexted(why)
    theirs = queries.last_inbound(row.phone)
    answer = direct_messages.DirectMessage(
        row.phone, reply.body, MessageKind.REPLY, reply.name, theirs, reply.by
    )
    threads.went_out(
        row.phone, direct_messages.queue_direct_message(answer, moment), moment
    )
    _change(thread_id, needs_reply=False, why=None, unread=0)
    return True


def _is_first(thread_id: int, token: str) -> bool:
    """Whoever comes first with this mark. Two people who write at once have two."""
    known = func.coalesce(Thread.sent_tokens, "")
    kept = func.substr(f"{token} " + known, 1, TOKENS_KEPT)
    marked = (
        update(Thread)
        .where(Thread.id == thread_id, func.instr(known, token) == 0)
        .values(sent_tokens=kept)
    )
    return bool(
        execute_and_count_rows(marked.execution_options(synchronize_session=False))
    )


def decide(
    thread_id: int,
    question_id: int,
    verdict: Literal["out", "stay"],
    by: str,
    moment: datetime,
) -> None:
    """What a text that may mean STOP meant.

    "out": nothing that waits for them leaves, and nobody has to answer.

    Raises suppression's Gone when it was decided before. Inside write().
    """
    row = queries.thread(thread_id)
    question = permission.open_question(row.phone) if row else None
    if row is None or question is None or question.id != question_id:
        raise suppression.Gone
    suppression.decide(question_id, verdict, by, moment)
    if verdict == "out":
        blast_control.skip_queued_messages(row.phone, SkipReason.SAID_STOP)
        surveys.stop_surveys_of_phone(row.phone, moment)
        _change(thread_id, needs_reply=False, why=None, unread=0)
    else:
        _change(thread_id, why=None)


def _change(thread_id: int, **values: Any) -> None:
    changed = update(Thread).where(Thread.id == thread_id).values(**values)
    execute_and_count_rows(changed.execution_options(synchronize_session=False))
