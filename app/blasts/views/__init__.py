"""The pages of blasts: compose and review, scheduled ones, logs, what is in doubt, exports."""

from app.blasts.views import again, compose, doubts, export, logs, scheduled
from app.blasts.views.room import bp

__all__ = ["again", "bp", "compose", "doubts", "export", "logs", "scheduled"]
