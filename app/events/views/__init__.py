"""The doors of the events."""

from app.events.views import everything, importing, one, registrations, reminders, words
from app.events.views.room import bp

__all__ = [
    "bp",
    "everything",
    "importing",
    "one",
    "registrations",
    "reminders",
    "words",
]
