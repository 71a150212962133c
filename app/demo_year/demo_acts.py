"""The audit of the demo: what its two users did, as the pages would have recorded it."""

from typing import Any

from app.accounts.queries import find_user_id
from app.audit.actions import record_automatic_event


def record_demo_act(
    verb: str, username: str, about: str, details: dict[str, Any] | None = None
) -> None:
    """Insert the audit row of an act of a user of the demo. Inside the write() that does it."""
    record_automatic_event(verb, username, about, details or {}, find_user_id(username))
