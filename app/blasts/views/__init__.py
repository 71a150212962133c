"""The pages of blasts: compose and review, scheduled ones, logs, what is in doubt, exports."""

from app.blasts.views import (
    blast_export,
    compose,
    scheduled_blasts,
    sent_blasts,
    unresolved_message_options,
    unresolved_messages,
)
from app.blasts.views.blueprint import bp

__all__ = [
    "unresolved_messages",
    "bp",
    "compose",
    "unresolved_message_options",
    "blast_export",
    "sent_blasts",
    "scheduled_blasts",
]
