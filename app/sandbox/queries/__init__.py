"""Reading the practice phones: who has one, what is on its screen, what happened behind it."""

from app.events.queries.names import names_of
from app.sandbox.queries.crowd import latest_blasts, stranger, to_come
from app.sandbox.queries.phones import Line, changed_moods, lines, mood_of, recent
from app.sandbox.queries.screen import Screen, screen

__all__ = [
    "Line",
    "Screen",
    "changed_moods",
    "latest_blasts",
    "lines",
    "mood_of",
    "names_of",
    "recent",
    "screen",
    "stranger",
    "to_come",
]
