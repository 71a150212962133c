"""What somebody writes and chooses, and the sentences beside what cannot be sent."""

from app.blasts.forms.blast_confirmation import (
    MAX_PEOPLE_WITHOUT_TYPED_COUNT,
    BlastConfirmationForm,
)
from app.blasts.forms.compose import ComposeForm

__all__ = ["MAX_PEOPLE_WITHOUT_TYPED_COUNT", "ComposeForm", "BlastConfirmationForm"]
