"""The doors of one person, and of imports onto the do-not-text list."""

from app.people.views import importing
from app.people.views.person import bp

__all__ = ["bp", "importing"]
