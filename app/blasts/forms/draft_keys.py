"""The one-time key of a form that changes a scheduled blast: it names the blast.

A save that arrives after these changes were confirmed or deleted is one of that blast's changes
again, and never a new blast.
"""

from app.blasts.actions.blast_confirmation import create_client_token
from app.domain.texts.whole_numbers import parse_id

CHANGES_PREFIX = "changes"


def create_changes_token(scheduled_id: int) -> str:
    """Return a one-time key for the form of a scheduled blast's changes."""
    return f"{CHANGES_PREFIX}.{scheduled_id}.{create_client_token()}"


def find_changed_blast_id(client_token: str) -> int | None:
    """Return the id of the blast that a form with this key changes; None for a new blast."""
    prefix, _, rest = client_token.partition(".")
    return parse_id(rest.partition(".")[0]) if prefix == CHANGES_PREFIX else None
