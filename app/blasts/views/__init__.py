"""The pages of blasts: compose and review, scheduled ones, logs, exports."""

from app.blasts.views import compose, export, logs, scheduled
from app.blasts.views.room import bp

__all__ = ["bp", "compose", "export", "logs", "scheduled"]
