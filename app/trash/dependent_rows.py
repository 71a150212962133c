"""Which rows go or change with a row that is deleted, as the foreign keys of the models say."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from app.core.column_classes import ColumnClass
from app.core.db import Model
from app.trash.models import TrashAction

# What goes with a thing and does not come back: sessions, links and codes of a deleted user, which
# must not let anybody in again, and what they were told.
TABLES_NOT_KEPT = frozenset(
    {
        "account_links",
        "approval_codes",
        "notices",
        "pending_sign_ins",
        "recovery_codes",
        "sessions",
        "trash_items",
    }
)


@dataclass(frozen=True)
class DependentRows:
    """Rows of one table that a condition finds, and what becomes of them.

    `column`: the one that loses the thing. `phone`: whom each row is about; None: nobody.
    """

    table: Any
    condition: ColumnElement[bool]
    action: TrashAction
    phone: ColumnElement[Any] | None
    column: Any = None


def list_dependent_rows(table: Any, condition: ColumnElement[bool]) -> Iterator[DependentRows]:
    """Yield the rows of `table` that are deleted and all that depend on them, parents first."""
    yield from _list_rows(table, condition, _find_phone(table))


def _list_rows(
    table: Any, condition: ColumnElement[bool], phone: ColumnElement[Any] | None
) -> Iterator[DependentRows]:
    yield DependentRows(table, condition, TrashAction.DELETED, phone)
    for column, key in list_references(table):
        is_theirs = column.in_(select(key.column).where(condition))
        own_phone = _find_phone(column.table)
        if key.ondelete == "CASCADE":
            if own_phone is None:
                own_phone = _select_phone_of_parent(column, key, phone)
            yield from _list_rows(column.table, is_theirs, own_phone)
        elif key.ondelete == "SET NULL":
            unlinked = TrashAction.UNLINKED
            yield DependentRows(column.table, is_theirs, unlinked, own_phone, column)


def list_references(table: Any) -> list[tuple[Any, Any]]:
    """Return the columns of kept tables that refer to `table`, each with its foreign key."""
    references = []
    for other in Model.metadata.sorted_tables:
        if other.name in TABLES_NOT_KEPT:
            continue
        for key in other.foreign_keys:
            if key.column.table is table:
                references.append((key.parent, key))
    return sorted(references, key=lambda reference: str(reference[0]))


def list_kept_columns(table: Any) -> list[Any]:
    """Return the columns of a table that the trash keeps: all but secrets."""
    classes = find_model(table).__column_classes__
    return [
        column for column in table.columns if classes.find_class(column) is not ColumnClass.SECRET
    ]


def find_model(table: Any) -> Any:
    """Return the model of a table."""
    return next(mapper.class_ for mapper in Model.registry.mappers if mapper.local_table is table)


def _find_phone(table: Any) -> ColumnElement[Any] | None:
    # What a user has and does outlives their erased number: only their row is about it.
    phone: ColumnElement[Any] | None = table.c.get("phone")
    return phone


def _select_phone_of_parent(
    column: Any, key: Any, phone: ColumnElement[Any] | None
) -> ColumnElement[Any] | None:
    """Return whom a row without a number is about: whoever the row is about that it belongs to."""
    parent = key.column.table
    if phone is None or parent.name == "users":
        return None
    alias = parent.alias()
    return select(alias.c.phone).where(alias.c[key.column.name] == column).scalar_subquery()
