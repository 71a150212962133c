"""Raw SQL: statements that are built once and run on the sqlite3 connection itself."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from time import perf_counter
from typing import Any

from sqlalchemy import SelectBase, UpdateBase
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from app.core.column_types import datetime_to_db
from app.core.db import raw_connection
from app.core.slow_statements import SLOW_STATEMENTS


class _LiteralCompiler(SQLiteCompiler):
    """Compiler that writes the constants of a statement into its SQL.

    There are fewer values to bind, and SQLite's planner sees that a partial index fits.
    """

    def visit_bindparam(self, bindparam: Any, *args: Any, **options: Any) -> Any:
        if not bindparam.required and bindparam.value is not None:
            options["literal_binds"] = True
        return super().visit_bindparam(bindparam, *args, **options)  # type: ignore[no-untyped-call]


class _LiteralDialect(SQLiteDialect_pysqlite):
    statement_compiler = _LiteralCompiler
    supports_statement_cache = False


LITERAL_DIALECT = _LiteralDialect(paramstyle="named")
ValueConverter = Callable[[Any], Any]


class PreparedStatement:
    """A statement that is compiled once: a run takes 10 µs, through SQLAlchemy 200 µs.

    This is the only way to run SQL beside the session. It is for statements whose cost was
    measured, and they are constants of the `sql.py` of the feature that owns the tables. It works
    inside write(), and for reading. Objects that the session has loaded are not refreshed.

    `statement` is a Core statement or SQL text. Values are passed by name. A Core statement
    converts them, and what it returns, by the types of its columns. SQL text converts datetimes
    and enum members, and returns values as they are stored.

    `columns` are those of an INSERT that are passed each time. Raises TypeError when the default
    of another column would have to be computed by Python.
    """

    def __init__(self, statement: SelectBase | UpdateBase | str, *columns: str) -> None:
        self._statement = statement
        self._columns = columns

    @classmethod
    def as_json(cls, statement: SelectBase) -> "PreparedStatement":
        """Build a SELECT whose single value is every row of `statement`, as a JSON list of lists.

        Read it with fetch_json(). The values are as they are stored.
        """
        columns = ", ".join(statement.selected_columns.keys())
        rows = statement.compile(dialect=LITERAL_DIALECT)
        return cls(f"SELECT json_group_array(json_array({columns})) FROM ({rows})")

    def fetch_rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows, their values converted as the columns say."""
        cursor = self._execute(values)
        # SQLite looks for most of the rows only when they are fetched.
        started = perf_counter()
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        seconds = perf_counter() - started
        if seconds > SLOW_STATEMENTS.threshold_seconds:
            SLOW_STATEMENTS.record(self.sql, seconds)
        if self._result_converters:
            return [self._convert_row(row) for row in rows]
        return rows

    def fetch_first_row(self, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row, or None when there is none."""
        row: tuple[Any, ...] | None = self._execute(values).fetchone()
        if row is None or not self._result_converters:
            return row
        return self._convert_row(row)

    def fetch_value(self, **values: Any) -> Any:
        """Return the first value of the first row, or None when there is no row."""
        row = self.fetch_first_row(**values)
        if row is None:
            return None
        return row[0]

    def fetch_values(self, **values: Any) -> list[Any]:
        """Return the first value of each row."""
        return [row[0] for row in self.fetch_rows(**values)]

    def fetch_json(self, **values: Any) -> Any:
        """Parse the first value of the first row as JSON.

        A result that is read row by row releases the GIL at each row and waits for it again,
        forty times for forty rows. One JSON value is one sqlite3_step.
        """
        return json.loads(self.fetch_value(**values))

    def insert_row(self, **values: Any) -> int:
        """Insert a row and return its id."""
        # lastrowid and not RETURNING, which takes a second sqlite3_step.
        return int(self._execute(values).lastrowid)

    def execute(self, **values: Any) -> int:
        """Run the statement and return how many rows it changed."""
        return int(self._execute(values).rowcount)

    def execute_many(self, rows: Sequence[Sequence[Any]]) -> None:
        """Execute the statement once for each row of positional values, as they are stored."""
        raw_connection().executemany(self.sql, rows)

    def _execute(self, values: Mapping[str, Any]) -> Any:
        if isinstance(self._statement, str):
            bound_values = {name: _convert_value(value) for name, value in values.items()}
            return _execute_timed(self._statement, bound_values)
        converters = self._bind_converters
        bound_values = dict(self._default_values)
        for name, value in values.items():
            convert = converters[name]
            if convert is not None:
                value = convert(value)
            bound_values[name] = value
        return _execute_timed(self.sql, bound_values)

    def _convert_row(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for index, convert in enumerate(self._result_converters):
            if convert is not None:
                values[index] = convert(values[index])
        return tuple(values)

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
        if isinstance(self._statement, str):
            return self._statement
        return str(self._compiled)

    @cached_property
    def _bind_converters(self) -> dict[str, ValueConverter | None]:
        return {name: _get_bind_converter(bind.type) for name, bind in self._compiled.binds.items()}

    @cached_property
    def _default_values(self) -> dict[str, Any]:
        """The values of the columns that are not passed, as they are stored."""
        compiled = self._compiled
        values: dict[str, Any] = {}
        for name, bind in compiled.binds.items():
            if not bind.required and bind.value is None:
                values[name] = None
        for column in compiled.insert_prefetch:
            values[column.key] = self._convert_default(column, column.default)
        for column in compiled.update_prefetch:
            values[column.key] = self._convert_default(column, column.onupdate)
        return values

    def _convert_default(self, column: Any, default: Any) -> Any:
        """Return a column's default as it is stored; TypeError when Python computes it."""
        if not default.is_scalar:
            raise TypeError(f"{column} must be given")
        convert = self._bind_converters[column.key]
        if convert is None:
            return default.arg
        return convert(default.arg)

    @cached_property
    def _result_converters(self) -> tuple[ValueConverter | None, ...]:
        """One converter a column; empty when every column is returned as it is stored."""
        if isinstance(self._statement, str):
            return ()
        columns = self._statement.exported_columns
        converters = tuple(_get_result_converter(column.type) for column in columns)
        if not any(converters):
            return ()
        return converters


def _execute_timed(sql: str, values: Mapping[str, Any]) -> Any:
    """Execute a statement and count it when it is slow."""
    # Not the connection's own cursor, which is timed in Python: 5 µs more, half of a statement.
    cursor = sqlite3.Cursor(raw_connection())
    started = perf_counter()
    cursor.execute(sql, values)
    seconds = perf_counter() - started
    if seconds > SLOW_STATEMENTS.threshold_seconds:
        SLOW_STATEMENTS.record(sql, seconds)
    return cursor


def _convert_value(value: Any) -> Any:
    """Return a value that is passed to SQL text as the column types store it."""
    if isinstance(value, datetime):
        return datetime_to_db(value)
    if isinstance(value, StrEnum):
        return value.value
    return value


def _get_bind_converter(kind: TypeEngine[Any]) -> ValueConverter | None:
    return kind.dialect_impl(LITERAL_DIALECT).bind_processor(LITERAL_DIALECT)


def _get_result_converter(kind: TypeEngine[Any]) -> ValueConverter | None:
    return kind.dialect_impl(LITERAL_DIALECT).result_processor(LITERAL_DIALECT, None)
