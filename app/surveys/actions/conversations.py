"""What surveys tell the inbox, which lies above them: it signs up when the app is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

from app.delivery.actions import direct_messages
from app.delivery.actions.direct_messages import DirectMessage


@dataclass(frozen=True)
class Conversations:
    """`went_out(phone, message_id, moment)`: something was written to them;
    `understood(phone)`: nobody has to look.
    """

    went_out: Callable[[str, int, datetime], None]
    understood: Callable[[str], None]


def install(app: Flask, conversations: Conversations) -> None:
    """Whoever keeps the conversations is told from now on."""
    app.extensions["conversations"] = conversations


def say(answer: DirectMessage, moment: datetime) -> None:
    """Queue a text that answers nothing that has just come in; its conversation knows of it.

    Inside write().
    """
    message_id = direct_messages.queue_direct_message(answer, moment)
    _told().went_out(answer.phone, message_id, moment)


def understood(phone: str) -> None:
    """A person has said what their text meant. Inside write()."""
    _told().understood(phone)


def _told() -> Conversations:
    told = current_app.extensions["conversations"]
    assert isinstance(told, Conversations)
    return told
