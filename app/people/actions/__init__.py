"""What is written about one person, and how all of it goes when they ask for that."""

from app.people.actions.erasing import StillLeaving, Traces, erase, find_traces
from app.people.actions.notes import Gone, NotYours, add_note, delete_note

__all__ = [
    "Gone",
    "NotYours",
    "StillLeaving",
    "Traces",
    "add_note",
    "delete_note",
    "erase",
    "find_traces",
]
