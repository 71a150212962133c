"""Filters for the pages of the inbox: where a text comes from, what became of it, and when."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.core.clock import now
from app.core.local_formats import (
    format_time_of_day,
    get_display_region,
    get_display_timezone,
)
from app.core.user_names import name_user
from app.domain.delivery.blast_labels import format_blast_title
from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    FAILED_STATUSES,
    RETRIED_STATUSES,
    MessageKind,
    MessageStatus,
)
from app.domain.opt_outs import opt_out_detection
from app.domain.texts.media_labels import EMPTY_TEXT_LABEL, get_media_label
from app.domain.texts.reactions import is_emoji_character
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.texts.text_intent import TextIntent, classify_text
from app.domain.time import inbox_labels
from app.inbox.actions.manual_replies import make_retry_token
from app.inbox.models import Thread
from app.inbox.queries.conversation_entries import ConversationEntry
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
    TextIntent.OPT_OUT: "Opted out",
    TextIntent.OPT_IN: "Opted back in",
}
KIND_LABELS = {MessageKind.REPLY: "Reply"}


def describe_text_source(text: ConversationEntry) -> str:
    """Return who or what wrote a text of ours.

    "" for a blast, which has a link, and for a text that came in.
    """
    if text.is_inbound or text.log_id:
        return ""
    if text.kind is MessageKind.SURVEY:
        return f"Survey “{text.origin_name}”" if text.origin_name else "Survey"
    if text.kind is MessageKind.KEYWORD:
        return f"Keyword {text.origin_name}" if text.origin_name else "Keyword"
    if text.kind is MessageKind.SYSTEM:
        return "Confirmation"
    return name_user(text.written_by) or KIND_LABELS.get(text.kind, "SMS Admin")


def name_source_blast(text: ConversationEntry) -> str:
    """Return what the link to the blast of a text says. Its words are right above: never again."""
    if text.is_test:
        return "Test"
    if text.blast_name:
        return text.blast_name
    return "Reminder" if text.kind is MessageKind.REMINDER else "Blast"


def format_conversation_body(text: ConversationEntry) -> str:
    """Return the words of a text; of a row that was never rendered, the beginning of its blast."""
    if text.is_inbound and not text.pictures and is_blank_text(text.body):
        return EMPTY_TEXT_LABEL
    if text.body or not text.log_id:
        return text.body
    return format_blast_title(text.blast_body or "", text.event_title, text.blast_name)


def describe_opt_out_text(text: ConversationEntry) -> str:
    """Return what a STOP or a START that came in means; "" for every other text."""
    if not text.is_inbound:
        return ""
    return OPT_OUT_LABELS.get(classify_text(text.body), "")


def format_reaction(words: str) -> str:
    """Return what a phone wrote of a reaction, its emoji alone where it has one: "👍", "Loved"."""
    emoji = "".join(filter(is_emoji_character, words))
    is_removal = words[:7].lower() == "removed"
    return words if is_removal or not emoji else emoji


def is_for_somebody_else(body: str | None) -> bool:
    """Whether a request to leave speaks of somebody else."""
    return opt_out_detection.is_for_somebody_else(body or "")


def get_text_status_label(text: ConversationEntry) -> str:
    """Return what became of a text of ours, in words."""
    return "" if text.is_inbound else DELIVERY_STATUS_LABELS[text.status]


def has_text_failed(text: ConversationEntry) -> bool:
    """Whether the text did not arrive."""
    return text.status in FAILED_STATUSES


def is_text_unsent(text: ConversationEntry) -> bool:
    """Whether nobody has got the text, because it did not leave."""
    return text.status in UNSENT_STATUSES


def format_thread_time(moment: datetime) -> str:
    """Return when the newest text of a conversation came or went."""
    return inbox_labels.format_short_time(
        moment, get_display_timezone(), now(), get_display_region()
    )


def format_text_time(moment: datetime) -> str:
    """Return the time of a text; its day stands above it."""
    return format_time_of_day(moment.astimezone(ZoneInfo(get_display_timezone())).time())


def format_text_day(moment: datetime) -> str:
    """Return the day of a text."""
    return inbox_labels.format_relative_day(
        moment, get_display_timezone(), now(), get_display_region()
    )


def format_decision_countdown(decide_by: datetime) -> str:
    """Return how long there is to decide whether a text meant STOP."""
    return inbox_labels.format_decision_time_left(
        decide_by, get_display_timezone(), now(), get_display_region()
    )


def may_be_retried(text: ConversationEntry, thread: Thread) -> bool:
    """Whether a user may try this text again: a reply that failed, and was not tried again yet."""
    if text.kind is not MessageKind.REPLY or text.status not in RETRIED_STATUSES:
        return False
    return make_retry_token(text.id) not in (thread.sent_tokens or "").split()


def describe_attention_reason(reason: str | None) -> str:
    """Return why a person has to look; "" for an ordinary text."""
    return inbox_labels.ATTENTION_REASON_LABELS.get(reason or "", "")


for _filter in (
    describe_text_source,
    name_source_blast,
    format_conversation_body,
    describe_opt_out_text,
    format_reaction,
    is_for_somebody_else,
    get_text_status_label,
    has_text_failed,
    is_text_unsent,
    format_thread_time,
    format_text_time,
    format_text_day,
    format_decision_countdown,
    describe_attention_reason,
    get_media_label,
    may_be_retried,
):
    bp.add_app_template_filter(_filter, f"inbox_{_filter.__name__}")
