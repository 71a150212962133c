"""What pages of the inbox say: where a text comes from, what became of it, and when."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.core import template_filters
from app.core.clock import now
from app.domain.delivery.blast_labels import format_blast_title
from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    FAILED_STATUSES,
    MessageKind,
    MessageStatus,
)
from app.domain.texts.text_intent import TextIntent, classify_text
from app.domain.time import inbox_labels
from app.inbox.queries.conversation_texts import ConversationEntry
from app.inbox.views.blueprint import bp

LIST_STATE_LABELS = {
    "needs": "Needs reply",
    "mine": "Mine",
    "all": "All",
    "done": "Done",
}
UNSENT_STATUSES = (
    MessageStatus.SKIPPED,
    MessageStatus.CANCELLED,
    MessageStatus.EXPIRED,
    MessageStatus.NOT_SENT,
)
OPT_OUT_LABELS = {
    TextIntent.OPT_OUT: "They want no more texts",
    TextIntent.OPT_IN: "They want texts again",
}


def describe_text_source(text: ConversationEntry) -> str:
    """Who or what wrote a text of ours; "" for a blast, whose title says it, and for what
    somebody wrote to us.
    """
    if text.is_inbound or text.log_id:
        return ""
    if text.kind is MessageKind.SURVEY:
        return f"Survey “{text.origin_name}”" if text.origin_name else "Survey"
    if text.kind is MessageKind.KEYWORD:
        return f"Keyword {text.origin_name}" if text.origin_name else "Keyword"
    if text.kind is MessageKind.SYSTEM:
        return "Confirmation"
    return text.written_by or {
        MessageKind.REPLY: "Reply",
        MessageKind.TEST: "Test",
    }.get(text.kind, "SMS Admin")


def describe_source_blast(text: ConversationEntry) -> str:
    """What the blast is called that a text belongs to."""
    title = format_blast_title(text.blast_body or text.body, text.event_title)
    return f"Test: {title}" if text.is_test else title


def format_conversation_body(text: ConversationEntry) -> str:
    """The words of a text; a row that never became one shows what its blast said."""
    return text.body or (describe_source_blast(text) if text.log_id else "")


def describe_opt_out_text(text: ConversationEntry) -> str:
    """What a STOP or a START of theirs means; "" for every other text."""
    return OPT_OUT_LABELS.get(classify_text(text.body), "") if text.is_inbound else ""


def get_text_status_label(text: ConversationEntry) -> str:
    """What became of a text of ours, in a word."""
    return "" if text.is_inbound else DELIVERY_STATUS_LABELS[text.status]


def has_text_failed(text: ConversationEntry) -> bool:
    """Whether it did not arrive."""
    return text.status in FAILED_STATUSES


def is_text_unsent(text: ConversationEntry) -> bool:
    """Whether nobody has got it, because it did not leave."""
    return text.status in UNSENT_STATUSES


def format_thread_time(moment: datetime) -> str:
    """When a conversation was last added to."""
    return inbox_labels.format_short_time(moment, template_filters.get_display_timezone(), now())


def format_text_time(moment: datetime) -> str:
    """The time of a text, below its day."""
    return f"{moment.astimezone(ZoneInfo(template_filters.get_display_timezone())):%H:%M}"


def format_text_day(moment: datetime) -> str:
    """The day of a text."""
    return inbox_labels.format_relative_day(moment, template_filters.get_display_timezone(), now())


def format_decision_countdown(decide_by: datetime) -> str:
    """How long there is to decide whether they said STOP."""
    return inbox_labels.format_decision_time_left(
        decide_by, template_filters.get_display_timezone(), now()
    )


def describe_attention_reason(why: str | None) -> str:
    """Why a person has to look."""
    return inbox_labels.ATTENTION_REASON_LABELS.get(why or "", "")


for _filter in (
    describe_text_source,
    describe_source_blast,
    format_conversation_body,
    describe_opt_out_text,
    get_text_status_label,
    has_text_failed,
    is_text_unsent,
    format_thread_time,
    format_text_time,
    format_text_day,
    format_decision_countdown,
    describe_attention_reason,
):
    bp.add_app_template_filter(_filter, f"inbox_{_filter.__name__}")
