"""What surveys report to the inbox, which may import surveys and not the other way round."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

from app.delivery.actions import direct_messages
from app.delivery.actions.direct_messages import DirectMessage
from app.message_templates.actions.template_use import count_reply_use


@dataclass(frozen=True)
class InboxHooks:
    """What the inbox registers when the app is made.

    `record_outbound_text(phone, message_id, body, moment)`: a text to them was queued;
    `clear_needs_reply(phone)`: nobody has to read their text any more.
    """

    record_outbound_text: Callable[[str, int, str, datetime], None]
    clear_needs_reply: Callable[[str], None]


def install_inbox_hooks(app: Flask, hooks: InboxHooks) -> None:
    """Register the functions that surveys of this app call."""
    app.extensions["conversations"] = hooks


def queue_survey_text(message: DirectMessage, moment: datetime) -> None:
    """Queue a text that answers nothing that has just come in, and record it in its conversation.

    Inside write().
    """
    if message.template_version_id is not None:
        count_reply_use(message.template_version_id, moment)
    message_id = direct_messages.queue_direct_message(message, moment)
    _get_inbox_hooks().record_outbound_text(message.phone, message_id, message.body, moment)


def notify_text_understood(phone: str) -> None:
    """Report that somebody has recorded what a text meant. Inside write()."""
    _get_inbox_hooks().clear_needs_reply(phone)


def _get_inbox_hooks() -> InboxHooks:
    hooks = current_app.extensions["conversations"]
    assert isinstance(hooks, InboxHooks)
    return hooks
