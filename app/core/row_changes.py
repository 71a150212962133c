"""Changing a row of settings, with what the audit keeps of it."""

from collections.abc import Mapping
from typing import Any


def set_changed_values(row: Any, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set these columns of a row; return what changed as {column: [old, new]}."""
    changes = {}
    for column, value in values.items():
        old_value = getattr(row, column)
        if old_value != value:
            changes[column] = [old_value, value]
        setattr(row, column, value)
    return changes
