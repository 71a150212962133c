"""Stage 5, reply queueing: queue the automatic replies of a decision, within limits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.delivery.actions.direct_messages import DirectMessage, queue_direct_message
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.texts.auto_reply_limit import (
    AUTO_REPLY_SILENCE,
    AUTO_REPLY_WINDOW,
    is_over_auto_reply_limit,
)
from app.domain.texts.inbound_text import InboundText
from app.inbox.actions.thread_updates import (
    StoredText,
    record_inbound_text,
    silence_auto_replies,
)
from app.message_templates.actions.template_use import count_reply_use
from app.webhooks import sql
from app.webhooks.actions.routing_decision import RoutingDecision
from app.webhooks.pipeline.inbound_storage import ProcessedText

FLOOD_REASON = "flood"


@dataclass(frozen=True, slots=True)
class ReplyOutcome:
    """What was queued for a decision, and whether a person has to look (as in RoutingDecision)."""

    verdict: str
    attention_reason: str | None
    replies: Sequence[StoredText] = ()


class _ReplyLimits(NamedTuple):
    """What speaks against an automatic reply to a number."""

    suppression_reason: SkipReason | None
    is_silenced: bool
    recent_verdicts: list[str | None]


def queue_replies(
    text: InboundText, decision: RoutingDecision, moment: datetime | None = None
) -> ReplyOutcome:
    """Queue the replies of a decision at `moment` (default: when the text came). Inside write().

    A suppressed number gets nothing but replies of kind system. After too many replies in ten
    minutes (a machine may be answering us) nothing is replied for an hour. What cannot be sent, a
    person has to see.
    """
    if decision.replies and not decision.ignores_limits:
        limits = _load_reply_limits(text)
        if decision.reply_kind is not MessageKind.SYSTEM and limits.suppression_reason:
            return ReplyOutcome(decision.verdict, decision.attention_reason or "")
        if _is_flooded(text, decision, limits):
            return ReplyOutcome(decision.verdict, FLOOD_REASON)
    replies = [
        _queue_reply(text, decision, body, moment or text.moment) for body in decision.replies
    ]
    return ReplyOutcome(decision.verdict, decision.attention_reason, replies)


def record_in_thread(text: InboundText, outcome: ReplyOutcome) -> ProcessedText:
    """Put a text and its replies into the thread of its phone. Inside write()."""
    texts = [StoredText(text.message_id, text.body), *outcome.replies]
    record_inbound_text(
        text.phone,
        texts,
        text.moment,
        needs_reply=outcome.attention_reason is not None,
        reason=outcome.attention_reason or None,
    )
    return ProcessedText(outcome.verdict, text.message_id, texts)


def _load_reply_limits(text: InboundText) -> _ReplyLimits:
    row = sql.SELECT_REPLY_LIMITS.fetch_first_row(
        b_phone=text.phone, b_moment=text.moment, b_since=text.moment - AUTO_REPLY_WINDOW
    )
    assert row is not None
    suppression_reason, is_silenced, verdicts_json = row
    return _ReplyLimits(suppression_reason, bool(is_silenced), json.loads(verdicts_json))


def _is_flooded(text: InboundText, decision: RoutingDecision, limits: _ReplyLimits) -> bool:
    """Whether the number gets no replies now; silences it when it has just got too many."""
    if limits.is_silenced:
        return True
    if not is_over_auto_reply_limit(
        limits.recent_verdicts, decision.verdict, len(decision.replies)
    ):
        return False
    silence_auto_replies(text.phone, text.moment + AUTO_REPLY_SILENCE)
    return True


def _queue_reply(
    text: InboundText, decision: RoutingDecision, body: str, moment: datetime
) -> StoredText:
    version_id = decision.template_versions.get(body)
    if version_id is not None:
        count_reply_use(version_id, moment)
    reply = DirectMessage(
        phone=text.phone,
        body=body,
        template_version_id=version_id,
        kind=decision.reply_kind,
        name=decision.recipient_name or text.name,
        in_reply_to=text.message_id,
    )
    return StoredText(queue_direct_message(reply, moment), body)
