"""Playing the people's phones.

Called inside act(); what a phone writes goes in through the real webhook afterwards.
"""

from app.sandbox.actions.sandbox_phones import (
    queue_text_from_phone,
    reset_phone_behaviours,
    set_phone_behaviour,
)
from app.sandbox.actions.simulated_replies import ReplyShare, queue_simulated_replies

__all__ = [
    "ReplyShare",
    "queue_simulated_replies",
    "reset_phone_behaviours",
    "set_phone_behaviour",
    "queue_text_from_phone",
]
