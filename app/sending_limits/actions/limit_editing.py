"""Changing the limits."""

from collections.abc import Mapping
from typing import Any

from app.core.db import db
from app.core.row_changes import set_changed_values
from app.sending_limits.models import SendingLimits
from app.sending_limits.queries.stored_limits import get_limits


def create_first_limits() -> None:
    """Limit a new organisation's texts a day by how many people it has. Inside write()."""
    db.session.add(SendingLimits(id=1))


def update_limits(values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Store these values by column; return what changed as {column: [old, new]}. Inside write()."""
    row = get_limits()
    changes = set_changed_values(row, values)
    db.session.add(row)
    return changes
