"""Replies that a user writes, and what a user decides about a text that may mean STOP."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, update

from app.core.db import NotFound, execute_and_count_rows
from app.delivery.actions import blast_control
from app.delivery.actions.blast_replies import count_late_opt_out
from app.delivery.actions.direct_messages import DirectMessage, queue_direct_message
from app.delivery.queries.text_history import (
    ReplyOfUser,
    find_last_inbound_id,
    find_newest_reply_of_others,
)
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.inbox.actions.conversation_status import mark_needs_no_reply, update_thread
from app.inbox.actions.reply_writers import clear_reply_writer
from app.inbox.actions.thread_updates import record_outbound_text
from app.inbox.models import Thread
from app.inbox.queries.conversation_contact import ReplyObstacle, find_reply_obstacle
from app.inbox.queries.threads import find_thread
from app.message_templates.actions.template_use import count_template_use
from app.suppression.actions.stop_questions import record_stop_verdict
from app.suppression.queries.stop_questions import find_open_stop_question
from app.surveys.actions import survey_text_handling as surveys

# The tokens of the last ten forms, 32 characters and a space each.
MAX_SENT_TOKENS_CHARACTERS = 330
# A reply that a page shows since a moment ago was perhaps not seen: pages refresh every 3 s.
TIME_TO_NOTICE = timedelta(seconds=10)


class ReplyNotAllowed(Exception):
    """Nothing may be written to this number; `obstacle` says why."""

    def __init__(self, obstacle: ReplyObstacle) -> None:
        super().__init__(obstacle.reason)
        self.obstacle = obstacle


class AnsweredMeanwhile(Exception):
    """Somebody else has answered since the page was shown; `reply` is what they wrote."""

    def __init__(self, reply: ReplyOfUser) -> None:
        super().__init__(reply.id)
        self.reply = reply


@dataclass(frozen=True)
class SeenTexts:
    """What the writer of a reply has seen, as ids of messages.

    `shown_id`: the newest text on the page. `asked_id`: the reply of somebody else that the
    writer was asked about, 0 when there was no such question.
    """

    shown_id: int
    asked_id: int = 0


@dataclass(frozen=True)
class ManualReply:
    """A reply that a user wrote, with its placeholders filled in.

    `token` is that of the form it came from. `seen` is None when that is not known.
    `template_version_id`: the version whose text it is, filled in.
    """

    body: str
    recipient_name: str | None
    token: str
    author: str
    seen: SeenTexts | None = None
    template_version_id: int | None = None


def queue_manual_reply(thread_id: int, reply: ManualReply, moment: datetime) -> bool:
    """Queue a reply and clear "needs reply" of its thread. Inside write().

    Returns False, and queues nothing, when this form was sent before. Raises ReplyNotAllowed, and
    AnsweredMeanwhile when the writer has not seen that somebody else answered.
    """
    thread = find_thread(thread_id)
    # Inside the same write() as the message: a token is used up only if the reply is queued.
    if thread is None or not _claim_form_token(thread_id, reply.token):
        return False
    if obstacle := find_reply_obstacle(thread.phone):
        raise ReplyNotAllowed(obstacle)
    _reject_unseen_answer(thread.phone, reply, moment)
    message = DirectMessage(
        thread.phone,
        reply.body,
        MessageKind.REPLY,
        reply.recipient_name,
        find_last_inbound_id(thread.phone),
        reply.author,
        reply.template_version_id,
    )
    count_template_use(reply.template_version_id, moment)
    message_id = queue_direct_message(message, moment)
    record_outbound_text(thread.phone, message_id, reply.body, moment)
    mark_needs_no_reply(thread_id)
    clear_reply_writer(thread_id, reply.author)
    return True


def make_retry_token(message_id: int) -> str:
    """Return the token under which a failed text is sent once more."""
    return f"again{message_id}x"


def _reject_unseen_answer(phone: str, reply: ManualReply, moment: datetime) -> None:
    if reply.seen is None:
        return
    other_reply = find_newest_reply_of_others(
        phone,
        reply.author,
        after_id=reply.seen.asked_id,
        shown_id=reply.seen.shown_id,
        since=moment - TIME_TO_NOTICE,
    )
    if other_reply is not None:
        raise AnsweredMeanwhile(other_reply)


def _claim_form_token(thread_id: int, token: str) -> bool:
    """Whether this form is sent for the first time. Two users who write at once have two forms.

    One guarded UPDATE decides, so of two clicks at once only the first wins.
    """
    sent_tokens = func.coalesce(Thread.sent_tokens, "")
    newest_tokens = func.substr(f"{token} " + sent_tokens, 1, MAX_SENT_TOKENS_CHARACTERS)
    claim = (
        update(Thread)
        .where(Thread.id == thread_id, func.instr(sent_tokens, token) == 0)
        .values(sent_tokens=newest_tokens)
        .execution_options(synchronize_session=False)
    )
    return execute_and_count_rows(claim) > 0


def apply_stop_verdict(
    thread_id: int,
    question_id: int,
    verdict: Literal["out", "stay"],
    username: str,
    moment: datetime,
) -> None:
    """Record what a text that may mean STOP meant. Inside write().

    "out": nothing that is queued for the number leaves, and nobody has to reply. Raises NotFound
    when the question was decided before.
    """
    thread = find_thread(thread_id)
    question = find_open_stop_question(thread.phone) if thread else None
    if thread is None or question is None or question.id != question_id:
        raise NotFound
    record_stop_verdict(question_id, verdict, username, moment)
    if verdict == "stay":
        update_thread(thread_id, why=None)
        return
    count_late_opt_out(question.message_id)
    blast_control.skip_queued_messages(thread.phone, SkipReason.SAID_STOP)
    surveys.stop_surveys_of_phone(thread.phone, moment)
    mark_needs_no_reply(thread_id)
