"""What answers by itself: rows for the engine, unless the person is left out or a machine seems
to be at it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core.column_types import datetime_to_db
from app.core.db import raw_connection
from app.delivery.actions import direct_messages
from app.delivery.actions.direct_messages import DirectMessage
from app.domain.delivery.message_statuses import MessageKind
from app.domain.texts.auto_reply_limit import (
    AUTO_REPLY_SILENCE,
    AUTO_REPLY_WINDOW,
    MAX_AUTO_REPLIES_WITH_SURVEYS,
    is_over_auto_reply_limit,
)
from app.domain.texts.inbound_text import HandlerResult, InboundText
from app.inbox.actions import thread_updates
from app.inbox.actions.thread_updates import StoredText
from app.suppression import queries as suppression

FLOOD_REASON = "flood"
# What speaks against an answer, in one step: they are left out, the number is silent, and what
# was made of the texts
# behind the newest automatic answers to it (along ix_messages_phone_answered, however many
# texts it has sent).
SELECT_REPLY_CHECKS = f"""
    SELECT ({suppression.SUPPRESSION_REASON_STATEMENT.sql}), EXISTS ({thread_updates.SELECT_IS_SILENT}), (SELECT json_group_array(verdict) FROM (
        SELECT (SELECT verdict FROM webhook_events WHERE message_id = answers.in_reply_to) AS verdict
        FROM messages AS answers WHERE phone = :phone AND in_reply_to IS NOT NULL
            AND kind IN ('keyword', 'survey', 'system') AND created_at > :since
        ORDER BY id DESC LIMIT {MAX_AUTO_REPLIES_WITH_SURVEYS}))
"""


@dataclass(frozen=True, slots=True)
class HandlerOutcome:
    """What became of a text.

    `needs_person`: None when nobody has to look, else why: "", unclear, maybe_stop, flood.
    """

    verdict: str
    attention_reason: str | None = None
    answers: Sequence[StoredText] = field(default_factory=list)

    @property
    def thread_reason(self) -> str | None:
        """The reason as a thread keeps it: None for an ordinary text."""
        return self.attention_reason or None


def queue_auto_replies(
    heard: InboundText, taken: HandlerResult, kind: MessageKind
) -> HandlerOutcome:
    """Queue the answers of the room that took a text. Inside write().

    What cannot be said a person has to see: whoever is left out gets nothing but kind system;
    after too many answers in ten minutes nothing answers for an hour.
    """
    person = taken.needs_person or None
    if not taken.replies:
        return HandlerOutcome(taken.verdict, person)
    left_out, is_silent, answered = _load_reply_checks(heard)
    if kind is not MessageKind.SYSTEM and left_out:
        return HandlerOutcome(taken.verdict, person or "")
    if is_silent or is_over_auto_reply_limit(answered, taken.verdict, len(taken.replies)):
        if not is_silent:
            thread_updates.silence_auto_replies(heard.phone, heard.moment + AUTO_REPLY_SILENCE)
        return HandlerOutcome(taken.verdict, FLOOD_REASON)
    return HandlerOutcome(
        taken.verdict,
        person,
        [_queue_auto_reply(heard, body, kind) for body in taken.replies],
    )


def _queue_auto_reply(heard: InboundText, body: str, kind: MessageKind) -> StoredText:
    answer = DirectMessage(heard.phone, body, kind, heard.name, heard.message_id)
    return StoredText(direct_messages.queue_direct_message(answer, heard.moment), body)


def _load_reply_checks(heard: InboundText) -> tuple[str | None, bool, list[str | None]]:
    moment, since = (
        datetime_to_db(heard.moment),
        datetime_to_db(heard.moment - AUTO_REPLY_WINDOW),
    )
    asked = {
        "b_phone": heard.phone,
        "phone": heard.phone,
        "moment": moment,
        "since": since,
    }
    left_out, is_silent, answered = raw_connection().execute(SELECT_REPLY_CHECKS, asked).fetchone()
    return left_out, bool(is_silent), json.loads(answered)
