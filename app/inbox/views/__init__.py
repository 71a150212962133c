"""The doors of the inbox."""

from app.inbox.views import (
    conversation_actions,
    conversation_detail,
    conversation_labels,
    conversation_list,
    saved_replies,
)
from app.inbox.views.blueprint import bp

__all__ = [
    "bp",
    "conversation_actions",
    "conversation_list",
    "conversation_detail",
    "saved_replies",
    "conversation_labels",
]
