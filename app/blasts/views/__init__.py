"""The pages of blasts: compose, review, scheduled, sent, unresolved texts and exports."""

# Importing the modules adds their routes and filters to the blueprint.
from app.blasts.views import (
    any_hour_pages,
    approval_pages,
    blast_export,
    blast_filters,
    compose,
    draft_opening,
    draft_pages,
    draft_review,
    resend_page,
    running_blasts,
    scheduled_blasts,
    sent_blasts,
    unresolved_message_options,
    unresolved_messages,
)
from app.blasts.views.blueprint import bp

__all__ = [
    "any_hour_pages",
    "approval_pages",
    "blast_export",
    "blast_filters",
    "bp",
    "compose",
    "draft_opening",
    "draft_pages",
    "draft_review",
    "resend_page",
    "running_blasts",
    "scheduled_blasts",
    "sent_blasts",
    "unresolved_message_options",
    "unresolved_messages",
]
