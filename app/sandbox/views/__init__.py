"""The doors of the practice phones."""

from app.sandbox.views import everybody, one
from app.sandbox.views.room import bp

__all__ = ["bp", "everybody", "one"]
