"""What somebody writes and chooses, and the sentences beside what cannot be sent."""

from app.blasts.forms.compose import ComposeForm
from app.blasts.forms.confirm import MANY, ConfirmForm

__all__ = ["MANY", "ComposeForm", "ConfirmForm"]
