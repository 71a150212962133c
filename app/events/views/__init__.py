"""The doors of the events."""

from app.events.views import everything, one, registrations, reminders, words
from app.events.views.room import bp

__all__ = ["bp", "everything", "one", "registrations", "reminders", "words"]
