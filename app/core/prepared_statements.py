"""Statements that run with every text: put together once and run on the driver itself."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import SelectBase, UpdateBase
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from app.core.column_types import datetime_to_db
from app.core.db import raw_connection


class _LiteralCompiler(SQLiteCompiler):
    """Writes the constants of a statement into its SQL.

    There are fewer values to bind, and SQLite sees that a partial index fits.
    """

    def visit_bindparam(self, bindparam: Any, *others: Any, **more: Any) -> Any:
        more["literal_binds"] = more.get("literal_binds") or not (
            bindparam.required or bindparam.value is None
        )
        return super().visit_bindparam(bindparam, *others, **more)  # type: ignore[no-untyped-call]


class _LiteralDialect(SQLiteDialect_pysqlite):
    statement_compiler = _LiteralCompiler
    supports_statement_cache = False


LITERAL_DIALECT = _LiteralDialect(paramstyle="named")
ValueConverter = Callable[[Any], Any]


class PreparedStatement:
    """One statement that is put together once and run on the driver: 10 µs instead of the 200 µs
    that SQLAlchemy takes each time.

    The only way to run SQL beside the session, for statements whose cost was measured; they stand
    in the `sql.py` of the feature that owns the tables. Works inside write(), and for reading.
    It does not see or refresh objects that the session has loaded.

    `statement` is a Core statement (values are given by the names of its `bindparam`s and come
    out as the types of its columns say) or SQL text (values are given by name; datetimes and
    enum members are stored as the columns store them; what comes out is as it is stored).
    `columns`: those of an insert that are given each time. Raises TypeError when the default of
    another column would have to be computed by Python.
    """

    def __init__(self, statement: SelectBase | UpdateBase | str, *columns: str) -> None:
        self._statement = statement
        self._columns = columns

    @classmethod
    def as_json(cls, statement: SelectBase) -> "PreparedStatement":
        """Build the select whose only value is all rows of `statement` as one JSON list of lists.

        Read it with fetch_json(); the values are as they are stored.
        """
        columns = ", ".join(statement.selected_columns.keys())
        rows = statement.compile(dialect=LITERAL_DIALECT)
        return cls(f"SELECT json_group_array(json_array({columns})) FROM ({rows})")

    def fetch_rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows."""
        rows: list[tuple[Any, ...]] = self._execute(values).fetchall()
        return [self._convert_row(row) for row in rows] if self._result_converters else rows

    def fetch_first_row(self, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row, or None when there is none."""
        row: tuple[Any, ...] | None = self._execute(values).fetchone()
        if row is None or not self._result_converters:
            return row
        return self._convert_row(row)

    def fetch_value(self, **values: Any) -> Any:
        """Return the first value of the first row, or None when there is no row."""
        row = self.fetch_first_row(**values)
        return None if row is None else row[0]

    def fetch_json(self, **values: Any) -> Any:
        """Return what the first value of the first row says as JSON.

        A result read row by row releases the GIL at each row and has to wait for it again, forty
        times for forty rows; one JSON value is one sqlite3_step.
        """
        return json.loads(self.fetch_value(**values))

    def insert_row(self, **values: Any) -> int:
        """Insert a row and return its id. (RETURNING would take a second sqlite3_step.)"""
        return int(self._execute(values).lastrowid)

    def execute(self, **values: Any) -> int:
        """Run the statement and return how many rows it changed."""
        return int(self._execute(values).rowcount)

    def execute_many(self, rows: Sequence[Sequence[Any]]) -> None:
        """Run SQL text once a row; its values are positional and as they are stored."""
        raw_connection().executemany(self.sql, rows)

    def _execute(self, values: Mapping[str, Any]) -> Any:
        if isinstance(self._statement, str):
            bound = {name: _convert_value(value) for name, value in values.items()}
            return raw_connection().execute(self._statement, bound)
        converters = self._bind_converters
        bound = dict(self._default_values)
        for name, value in values.items():
            convert = converters[name]
            bound[name] = value if convert is None else convert(value)
        return raw_connection().execute(self.sql, bound)

    def _convert_row(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            value if convert is None else convert(value)
            for convert, value in zip(self._result_converters, row, strict=True)
        )

    @cached_property
    def _compiled(self) -> SQLCompiler:
        assert not isinstance(self._statement, str)
        compiled = self._statement.compile(
            dialect=LITERAL_DIALECT, column_keys=list(self._columns) or None
        )
        assert isinstance(compiled, SQLCompiler)
        return compiled

    @cached_property
    def sql(self) -> str:
        """The SQL text, for another statement that contains this one."""
        return self._statement if isinstance(self._statement, str) else str(self._compiled)

    @cached_property
    def _bind_converters(self) -> dict[str, ValueConverter | None]:
        return {name: _get_bind_converter(bind.type) for name, bind in self._compiled.binds.items()}

    @cached_property
    def _default_values(self) -> dict[str, Any]:
        """The defaults of the columns that are not given, as they are stored."""
        compiled = self._compiled
        values: dict[str, Any] = dict.fromkeys(
            name
            for name, bind in compiled.binds.items()
            if not bind.required and bind.value is None
        )
        for column in (*compiled.insert_prefetch, *compiled.update_prefetch):
            default: Any = column.default if compiled.isinsert else column.onupdate
            if not default.is_scalar:
                raise TypeError(f"{column} must be given")
            convert = self._bind_converters[column.key]
            values[column.key] = default.arg if convert is None else convert(default.arg)
        return values

    @cached_property
    def _result_converters(self) -> tuple[ValueConverter | None, ...]:
        """Empty when every column is read as it is stored."""
        if isinstance(self._statement, str):
            return ()
        converters = tuple(
            _get_result_converter(column.type) for column in self._statement.exported_columns
        )
        return converters if any(converters) else ()


def _convert_value(value: Any) -> Any:
    """Return a value of SQL text as the column types store it."""
    if isinstance(value, datetime):
        return datetime_to_db(value)
    return value.value if isinstance(value, StrEnum) else value


def _get_bind_converter(kind: TypeEngine[Any]) -> ValueConverter | None:
    return kind.dialect_impl(LITERAL_DIALECT).bind_processor(LITERAL_DIALECT)


def _get_result_converter(kind: TypeEngine[Any]) -> ValueConverter | None:
    return kind.dialect_impl(LITERAL_DIALECT).result_processor(LITERAL_DIALECT, None)
