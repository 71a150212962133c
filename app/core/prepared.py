"""Statements that run with every text that comes in: put together once, and given straight to
the driver.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import SelectBase, UpdateBase
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from app.core.db import raw_connection


class _LiteralCompiler(SQLiteCompiler):
    """Writes out what stands in a statement: fewer values to bind, and SQLite sees that a
    partial index fits.
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
    """A Core statement whose way through SQLAlchemy is gone once: then it costs 10 µs and not
    200 each time.

    Values go in by the names of its `bindparam`s (`columns`: those of an insert that are given
    each time) and come out as the types of its columns say: what is run is the same statement.
    Inside write(), or to read. It knows nothing of objects that the session has loaded. Raises
    TypeError when a column's value would have to be made by Python.
    """

    def __init__(self, statement: SelectBase | UpdateBase, *columns: str) -> None:
        self._statement = statement
        self._columns = columns

    def fetch_rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        found: list[tuple[Any, ...]] = self._execute_with_values(values).fetchall()
        return [self._convert_row(row) for row in found] if self._result_converters else found

    def fetch_first_row(self, **values: Any) -> tuple[Any, ...] | None:
        """The first row, None without any."""
        row: tuple[Any, ...] | None = self._execute_with_values(values).fetchone()
        return self._convert_row(row) if row is not None and self._result_converters else row

    def fetch_value(self, **values: Any) -> Any:
        """The first value of the first row, None without any."""
        row = self.fetch_first_row(**values)
        return None if row is None else row[0]

    def insert_row(self, **values: Any) -> int:
        """The id of the row that was added. (A RETURNING takes another step of SQLite.)"""
        return int(self._execute_with_values(values).lastrowid)

    def execute(self, **values: Any) -> int:
        """How many rows were changed."""
        return int(self._execute_with_values(values).rowcount)

    def _execute_with_values(self, values: Mapping[str, Any]) -> Any:
        changes = self._bind_converters
        given = {
            name: value if (by := changes[name]) is None else by(value)
            for name, value in values.items()
        }
        return raw_connection().execute(
            self.sql, self._default_values | given if self._default_values else given
        )

    def _convert_row(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            value if change is None else change(value)
            for change, value in zip(self._result_converters, row, strict=True)
        )

    @cached_property
    def _compiled(self) -> SQLCompiler:
        compiled = self._statement.compile(
            dialect=LITERAL_DIALECT, column_keys=list(self._columns) or None
        )
        assert isinstance(compiled, SQLCompiler)
        return compiled

    @cached_property
    def sql(self) -> str:
        """The statement, for one that holds it."""
        return str(self._compiled)

    @cached_property
    def _bind_converters(self) -> dict[str, ValueConverter | None]:
        return {name: _get_bind_converter(bind.type) for name, bind in self._compiled.binds.items()}

    @cached_property
    def _default_values(self) -> dict[str, Any]:
        """What the columns that are not given hold by default, as it is stored."""
        compiled = self._compiled
        found = dict.fromkeys(
            name
            for name, bind in compiled.binds.items()
            if not bind.required and bind.value is None
        )
        for column in (*compiled.insert_prefetch, *compiled.update_prefetch):
            default: Any = column.default if compiled.isinsert else column.onupdate
            if not default.is_scalar:
                raise TypeError(f"{column} must be given")
            change = self._bind_converters[column.key]
            found[column.key] = default.arg if change is None else change(default.arg)
        return found

    @cached_property
    def _result_converters(self) -> tuple[ValueConverter | None, ...]:
        """Nothing when every column is read as it is stored."""
        changes = tuple(
            _get_result_converter(column.type) for column in self._statement.exported_columns
        )
        return changes if any(changes) else ()


def _get_bind_converter(kind: TypeEngine[Any]) -> ValueConverter | None:
    return kind.dialect_impl(LITERAL_DIALECT).bind_processor(LITERAL_DIALECT)


def _get_result_converter(kind: TypeEngine[Any]) -> ValueConverter | None:
    return kind.dialect_impl(LITERAL_DIALECT).result_processor(LITERAL_DIALECT, None)
