"""The pages of sequences."""

from app.sequences.views import (
    adding_people,
    send_history,
    sequence_changes,
    sequence_editing,
    sequence_list,
    sequence_page,
)
from app.sequences.views.blueprint import bp

__all__ = [
    "adding_people",
    "bp",
    "send_history",
    "sequence_changes",
    "sequence_editing",
    "sequence_list",
    "sequence_page",
]
