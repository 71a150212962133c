"""A person answers: a reply, once; and a decision about a text that may mean STOP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, update

from app.core.db import NotFound, execute_and_count_rows
from app.delivery.actions import blast_control, direct_messages
from app.delivery.queries.texts_of_phone import find_last_inbound_id
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.inbox.actions import thread_updates
from app.inbox.models import Thread
from app.inbox.queries.conversation_contact import ReplyObstacle, find_reply_obstacle
from app.inbox.queries.threads import find_thread
from app.suppression.actions.stop_questions import record_stop_verdict
from app.suppression.queries.stop_questions import find_open_stop_question
from app.surveys.actions import survey_text_handling as surveys

MAX_SENT_TOKENS_CHARACTERS = 330  # characters: the marks of the last ten forms


class ReplyNotAllowed(Exception):
    """Nothing may be written to them; `why` says it."""

    def __init__(self, why: ReplyObstacle) -> None:
        super().__init__(why.reason)
        self.obstacle = why


@dataclass(frozen=True)
class ManualReply:
    """What a person writes to another: placeholders filled in.

    `token`: the mark of the form it came from.
    """

    body: str
    recipient_name: str | None
    token: str
    author: str


def queue_manual_reply(thread_id: int, reply: ManualReply, moment: datetime) -> bool:
    """Put a reply into the queue; nothing waits for a person in that thread any more.

    Inside write().

    False when this form was sent before: then nothing is. Raises NotTexted.
    """
    row = find_thread(thread_id)
    if row is None or not _claim_form_token(thread_id, reply.token):
        return False
    if why := find_reply_obstacle(row.phone):
        raise ReplyNotAllowed(why)
    theirs = find_last_inbound_id(row.phone)
    answer = direct_messages.DirectMessage(
        row.phone,
        reply.body,
        MessageKind.REPLY,
        reply.recipient_name,
        theirs,
        reply.author,
    )
    thread_updates.record_outbound_text(
        row.phone, direct_messages.queue_direct_message(answer, moment), moment
    )
    _update_thread(thread_id, needs_reply=False, why=None, unread=0)
    return True


def _claim_form_token(thread_id: int, token: str) -> bool:
    """Whoever comes first with this mark. Two people who write at once have two."""
    known = func.coalesce(Thread.sent_tokens, "")
    kept = func.substr(f"{token} " + known, 1, MAX_SENT_TOKENS_CHARACTERS)
    marked = (
        update(Thread)
        .where(Thread.id == thread_id, func.instr(known, token) == 0)
        .values(sent_tokens=kept)
    )
    return bool(execute_and_count_rows(marked.execution_options(synchronize_session=False)))


def apply_stop_verdict(
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
    row = find_thread(thread_id)
    question = find_open_stop_question(row.phone) if row else None
    if row is None or question is None or question.id != question_id:
        raise NotFound
    record_stop_verdict(question_id, verdict, by, moment)
    if verdict == "out":
        blast_control.skip_queued_messages(row.phone, SkipReason.SAID_STOP)
        surveys.stop_surveys_of_phone(row.phone, moment)
        _update_thread(thread_id, needs_reply=False, why=None, unread=0)
    else:
        _update_thread(thread_id, why=None)


def _update_thread(thread_id: int, **values: Any) -> None:
    changed = update(Thread).where(Thread.id == thread_id).values(**values)
    execute_and_count_rows(changed.execution_options(synchronize_session=False))
