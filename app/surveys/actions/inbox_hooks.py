"""What surveys tell the inbox, which lies above them: it signs up when the app is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

from app.delivery.actions import direct_messages
from app.delivery.actions.direct_messages import DirectMessage


@dataclass(frozen=True)
class InboxHooks:
    """`went_out(phone, message_id, moment)`: something was written to them;
    `understood(phone)`: nobody has to look.
    """

    record_outbound_text: Callable[[str, int, datetime], None]
    clear_needs_reply: Callable[[str], None]


def install_inbox_hooks(app: Flask, conversations: InboxHooks) -> None:
    """Whoever keeps the conversations is told from now on."""
    app.extensions["conversations"] = conversations


def queue_survey_text(answer: DirectMessage, moment: datetime) -> None:
    """Queue a text that answers nothing that has just come in; its conversation knows of it.

    Inside write().
    """
    message_id = direct_messages.queue_direct_message(answer, moment)
    _get_inbox_hooks().record_outbound_text(answer.phone, message_id, moment)


def notify_text_understood(phone: str) -> None:
    """A person has said what their text meant. Inside write()."""
    _get_inbox_hooks().clear_needs_reply(phone)


def _get_inbox_hooks() -> InboxHooks:
    told = current_app.extensions["conversations"]
    assert isinstance(told, InboxHooks)
    return told
