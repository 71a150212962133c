"""When people opted out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.core.fetched_rows import fetch_dict
from app.suppression.models import UnsubscribedContact


def find_opt_out_times(phones: Sequence[str]) -> dict[str, datetime]:
    """Return since when those of `phones` that opted out have been on the list (UTC)."""
    if not phones:
        return {}
    statement = select(UnsubscribedContact.phone, UnsubscribedContact.created_at).where(
        UnsubscribedContact.phone.in_(phones)
    )
    return fetch_dict(statement)
