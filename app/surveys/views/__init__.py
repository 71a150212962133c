"""The doors of the surveys."""

from app.surveys.views import everything, people, results
from app.surveys.views.room import bp

__all__ = ["bp", "everything", "people", "results"]
