"""What an edit changed in rows, before and after, as far as the audit may keep it."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from app.core.column_classes import ColumnClass, ColumnClasses

# Acts that edit a thing which stays.
EDIT_SUFFIXES = (".changed", ".limit_changed")
# Of these classes the values are kept; of all others only that something changed.
KEPT_CLASSES = (ColumnClass.PUBLIC, ColumnClass.ADMINISTRATIVE)
# Columns that follow from others or from the moment.
DERIVED_COLUMNS = frozenset({"updated_at", "updated_by", "folded_name", "revision", "version"})
MAX_VALUE_LENGTH = 200
PLAIN_TYPES = (str, int, float, bool, type(None))


@contextmanager
def capture_changes(session: Session, verb: str) -> Iterator[dict[str, Any]]:
    """Fill a dictionary with what the block changes in the session's rows, if `verb` is an edit.

    {column: [before, after]}, and under "changed" the columns whose values tell of a person.
    """
    changes: dict[str, Any] = {}
    if not verb.endswith(EDIT_SUFFIXES):
        yield changes
        return

    def note_changes(session: Session, _context: Any, _rows: Any) -> None:
        for row in session.dirty:
            _note_row(row, changes)

    event.listen(session, "before_flush", note_changes)
    try:
        yield changes
    finally:
        event.remove(session, "before_flush", note_changes)


def _note_row(row: Any, changes: dict[str, Any]) -> None:
    classes: ColumnClasses = getattr(row, "__column_classes__", ColumnClasses())
    state = inspect(row)
    for column in state.mapper.columns:
        history = state.attrs[state.mapper.get_property_by_column(column).key].history
        if not history.has_changes() or column.name in DERIVED_COLUMNS or column.foreign_keys:
            continue
        before = history.deleted[0] if history.deleted else None
        after = history.added[0] if history.added else None
        if before == after:
            continue
        if classes.find_class(column) in KEPT_CLASSES:
            first = changes.get(column.name, [_shorten(before)])[0]
            changes[column.name] = [first, _shorten(after)]
        else:
            changes.setdefault("changed", []).append(column.name)


def _shorten(value: Any) -> Any:
    """Return a value that a row of the audit may hold."""
    if isinstance(value, Enum):
        value = value.value
    if not isinstance(value, PLAIN_TYPES):
        value = str(value)
    if isinstance(value, str) and len(value) > MAX_VALUE_LENGTH:
        return value[:MAX_VALUE_LENGTH] + "…"
    return value


def _has_pairs(details: dict[str, Any]) -> bool:
    """Whether an action says itself what was before and after."""
    pairs = (value for name, value in details.items() if name != "changed")
    return any(isinstance(value, list) and len(value) == 2 for value in pairs)


def add_changes(details: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the details with what was captured; what an action says itself stays as it is."""
    # Of an import it is a count.
    listed = details.get("changed") or []
    if not changes or not isinstance(listed, list) or _has_pairs(details):
        return details
    listed = list(listed)
    for name in changes.get("changed", []):
        if name not in listed and name not in details:
            listed.append(name)
    merged = {name: value for name, value in changes.items() if name != "changed"} | details
    if listed:
        merged["changed"] = listed
    return merged
