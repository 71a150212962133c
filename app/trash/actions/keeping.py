"""Keep what is about to be deleted. Inside write(), right before the DELETE."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal, null, select, update
from sqlalchemy.sql.functions import FunctionElement

from app.core.db import db, execute_and_count_rows
from app.core.listed_values import build_listed_column
from app.trash.dependent_rows import DependentRows, list_dependent_rows, list_kept_columns
from app.trash.models import TrashAction, TrashItem, TrashKind, TrashRow


@dataclass(frozen=True)
class Deletion:
    """What is deleted, under which name, and by whom: user name, and id if it is a user."""

    kind: TrashKind
    name: str
    username: str
    user_id: int | None


def keep_in_trash(deletion: Deletion, model: Any, ids: Sequence[int]) -> int:
    """Keep the rows of `model` with these ids and all that goes with them; return the item's id.

    100,000 members take about a second.
    """
    db.session.flush()
    item = TrashItem(
        kind=deletion.kind,
        name=deletion.name,
        deleted_by=deletion.username,
        deleted_by_id=deletion.user_id,
    )
    db.session.add(item)
    db.session.flush()
    table = model.__table__
    is_meant = table.c.id.in_(select(build_listed_column(ids)))
    count = 0
    for rows in list_dependent_rows(table, is_meant):
        kept_count = _keep_rows(item.id, rows)
        if rows.action is TrashAction.DELETED:
            count += kept_count
    statement = update(TrashItem).where(TrashItem.id == item.id).values(row_count=count)
    db.session.execute(statement.execution_options(synchronize_session=False))
    return item.id


def keep_ended_rows(item_id: int, model: Any, condition: ColumnElement[bool]) -> int:
    """Keep which rows of `model` the deletion is about to end; return how many. Inside write()."""
    table = model.__table__
    ended = DependentRows(table, condition, TrashAction.ENDED, table.c.get("phone"))
    return _keep_rows(item_id, ended)


def _keep_rows(item_id: int, rows: DependentRows) -> int:
    """Store the rows as JSON in one statement, however many they are; return how many."""
    values: dict[str, Any] = {
        "item_id": literal(item_id),
        "table_name": literal(rows.table.name),
        "action": literal(rows.action.value),
        "phone": null() if rows.phone is None else rows.phone,
        "row": _build_json(rows),
    }
    kept_rows = (
        select(*values.values()).where(rows.condition).order_by(*rows.table.primary_key.columns)
    )
    statement = insert(TrashRow).from_select(list(values), kept_rows, include_defaults=False)
    return execute_and_count_rows(statement)


def _build_json(rows: DependentRows) -> FunctionElement[Any]:
    if rows.action is TrashAction.DELETED:
        columns = list_kept_columns(rows.table)
    else:
        columns = list(rows.table.primary_key.columns)
    if rows.column is not None:
        columns.append(rows.column)
    parts: list[Any] = []
    for column in columns:
        parts += [literal(column.name), column]
    return func.json_object(*parts)
