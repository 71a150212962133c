"""The doors of the inbox."""

from app.inbox.views import hands, listing, one, replies, words
from app.inbox.views.room import bp

__all__ = ["bp", "hands", "listing", "one", "replies", "words"]
