"""Put the rows of an item back into their tables. Inside write().

The owners of these tables say what else has to happen (app/restoration): this knows only columns
and foreign keys. Rows go from JSON to their table inside SQLite, however many they are.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.db import Model, db, execute_and_count_rows
from app.core.listed_values import build_listed_column
from app.trash.dependent_rows import list_references
from app.trash.models import TrashAction, TrashItem, TrashRow


def put_rows_back(item_id: int) -> dict[str, tuple[int, int]]:
    """Insert the deleted rows of an item, and link again what had lost it.

    Returns of each table how many rows came back and how many did not: their unique value is
    taken since, or what they belong to is gone. Raises IntegrityError, which leaves write() as
    UniqueViolation, when a word that starts something is taken.
    """
    counts = {}
    for table in _list_tables(item_id, TrashAction.DELETED):
        _avoid_taken_ids(item_id, table)
        is_meant = _is_of_table(item_id, table, TrashAction.DELETED)
        total = db.session.scalar(select(func.count()).select_from(TrashRow).where(is_meant)) or 0
        count = _insert_rows(table, is_meant)
        counts[table.name] = (count, total - count)
    for table in _list_tables(item_id, TrashAction.UNLINKED):
        _link_again(item_id, table)
    return counts


def list_kept_values(item_id: int, table_name: str, column: str) -> list[Any]:
    """Return the values of a column in the deleted rows of a table, in their order."""
    is_meant = _is_of_name(item_id, table_name, TrashAction.DELETED)
    statement = select(_extract(column)).where(is_meant).order_by(TrashRow.id)
    return list(db.session.scalars(statement))


def list_kept_phones(item_id: int) -> list[str]:
    """Return the numbers that the rows of an item are about."""
    is_meant = (TrashRow.item_id == item_id, TrashRow.phone.is_not(None))
    return list(db.session.scalars(select(TrashRow.phone).where(*is_meant).distinct()))


def select_ended_ids(item_id: int, table_name: str) -> Any:
    """Return a select of the ids of the rows that the deletion has ended."""
    is_meant = _is_of_name(item_id, table_name, TrashAction.ENDED)
    return select(cast(_extract("id"), Integer)).where(is_meant)


def change_kept_rows(
    item_id: int, table_name: str, values: dict[str, Any], *conditions: tuple[str, Any]
) -> None:
    """Write other values into the deleted rows of a table, before they come back.

    `conditions`: columns with the value that a row must have.
    """
    is_meant = [_is_of_name(item_id, table_name, TrashAction.DELETED)]
    is_meant += [_extract(column) == value for column, value in conditions]
    row: Any = TrashRow.row
    for column, value in values.items():
        row = func.json_set(row, _path(column), value)
    _execute(update(TrashRow).where(*is_meant).values(row=row))


def leave_out_phones(item_id: int, phones: list[str]) -> int:
    """Forget the kept rows about these numbers; return how many."""
    if not phones:
        return 0
    is_meant = (
        TrashRow.item_id == item_id,
        TrashRow.phone.in_(select(build_listed_column(phones))),
    )
    return _execute(delete(TrashRow).where(*is_meant))


def delete_trash_item(item_id: int) -> None:
    """Forget an item with its rows."""
    _execute(delete(TrashItem).where(TrashItem.id == item_id))


def _list_tables(item_id: int, action: TrashAction) -> list[Any]:
    """Return the tables with rows of this kind, in the order in which the rows were kept."""
    statement = (
        select(TrashRow.table_name)
        .where(TrashRow.item_id == item_id, TrashRow.action == action)
        .group_by(TrashRow.table_name)
        .order_by(func.min(TrashRow.id))
    )
    tables = Model.metadata.tables
    return [tables[name] for name in db.session.scalars(statement) if name in tables]


def _is_of_table(item_id: int, table: Any, action: TrashAction) -> ColumnElement[bool]:
    return _is_of_name(item_id, table.name, action)


def _is_of_name(item_id: int, table_name: str, action: TrashAction) -> ColumnElement[bool]:
    return and_(
        TrashRow.item_id == item_id,
        TrashRow.table_name == table_name,
        TrashRow.action == action,
    )


def _avoid_taken_ids(item_id: int, table: Any) -> None:
    """Give the rows other ids where one is taken: SQLite gives the id of a deleted row again."""
    key = table.c.get("id")
    if key is None:
        return
    is_meant = _is_of_table(item_id, table, TrashAction.DELETED)
    kept_id = cast(_extract("id"), Integer)
    if not db.session.scalar(select(exists().where(is_meant, key == kept_id))):
        return
    highest = db.session.scalar(select(func.max(key))) or 0
    kept_highest = db.session.scalar(select(func.max(kept_id)).where(is_meant)) or 0
    offset = max(highest, kept_highest)
    _shift(is_meant, "id", offset)
    for column, _ in list_references(table):
        is_theirs = and_(TrashRow.item_id == item_id, TrashRow.table_name == column.table.name)
        has_it = func.json_type(TrashRow.row, _path(column.name)) == "integer"
        _shift(and_(is_theirs, has_it), column.name, offset)


def _shift(condition: ColumnElement[bool], column: str, offset: int) -> None:
    shifted = func.json_set(TrashRow.row, _path(column), _extract(column) + offset)
    _execute(update(TrashRow).where(condition).values(row=shifted))


def _insert_rows(table: Any, is_meant: ColumnElement[bool]) -> int:
    """Insert the rows whose unique values are free; return how many."""
    first = db.session.scalar(select(TrashRow.row).where(is_meant).order_by(TrashRow.id).limit(1))
    if first is None:
        return 0
    # Columns that came or went with a release in between have their default, or are left out.
    stored = set(db.session.scalars(select(_list_keys(first))))
    names: list[str] = []
    values: list[Any] = []
    conditions = [is_meant]
    for column in table.columns:
        if column.name not in stored:
            continue
        value, condition = _build_value(column)
        names.append(column.name)
        values.append(value.label(column.name))
        conditions.append(condition)
    rows = select(*values).where(*conditions).order_by(TrashRow.id)
    statement = sqlite_insert(table).from_select(names, rows, include_defaults=False)
    return _execute(statement.on_conflict_do_nothing())


def _build_value(column: Any) -> tuple[ColumnElement[Any], ColumnElement[bool]]:
    """Return a column's value, and the condition under which its row can come back."""
    value = _extract(column.name)
    for key in column.foreign_keys:
        is_there = _is_there(key, value)
        if column.nullable and key.ondelete != "CASCADE":
            return case((is_there, value), else_=None), true()
        return value, value.is_(None) | is_there
    return value, true()


def _is_there(key: Any, value: ColumnElement[Any]) -> ColumnElement[bool]:
    parent = key.column.table.alias()
    return exists(select(1).select_from(parent).where(parent.c[key.column.name] == value))


def _link_again(item_id: int, table: Any) -> None:
    """Set the columns that lost the thing, where nothing else is in them since."""
    for column in table.columns:
        for key in column.foreign_keys:
            if key.ondelete == "SET NULL":
                _link_column_again(item_id, column, key)


def _link_column_again(item_id: int, column: Any, key: Any) -> None:
    table = column.table
    is_meant = _is_of_table(item_id, table, TrashAction.UNLINKED)
    kept_id = cast(_extract(column.name), Integer)
    is_linked = and_(is_meant, _extract(column.name).is_not(None), _is_there(key, kept_id))
    is_same = [_extract(part.name) == part for part in table.primary_key.columns]
    value = select(kept_id).where(is_linked, *is_same).limit(1).correlate(table).scalar_subquery()
    own_keys = list(table.primary_key.columns)
    kept_keys = select(*(_extract(part.name) for part in own_keys)).where(is_linked)
    statement = update(table).where(column.is_(None))
    if len(own_keys) == 1:
        statement = statement.where(own_keys[0].in_(kept_keys))
    _execute(statement.where(value.is_not(None)).values({column.name: value}))


def _list_keys(row: str) -> Any:
    return func.json_each(row).table_valued("key").c.key


def _extract(column: str) -> ColumnElement[Any]:
    return func.json_extract(TrashRow.row, literal_column(f"'{_path(column)}'"))


def _path(column: str) -> str:
    return f'$."{column}"'


def _execute(statement: Any) -> int:
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))
