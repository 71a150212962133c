"""The doors of the keywords."""

from app.keywords.views import everything, one, words
from app.keywords.views.room import bp

__all__ = ["bp", "everything", "one", "words"]
