"""The pages of the inbox. Importing them registers their routes and filters."""

from app.inbox.views import (
    conversation_actions,
    conversation_detail,
    conversation_labels,
    conversation_list,
    inbox_page,
    reply_sending,
    saved_replies,
)
from app.inbox.views.blueprint import bp

__all__ = [
    "bp",
    "conversation_actions",
    "conversation_detail",
    "conversation_labels",
    "conversation_list",
    "inbox_page",
    "reply_sending",
    "saved_replies",
]
