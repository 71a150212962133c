"""Every column says how much it needs protecting, and erasing a person reaches what it says."""

import contextlib
import sqlite3
from pathlib import Path

from sqlalchemy import Enum

from app.core.clock import now
from app.core.column_classes import (
    ColumnClass,
    ColumnClasses,
    describe_protected_columns,
    list_column_classes,
)
from app.core.db import Model, write
from app.core.settings import current_settings
from app.dbdoctor.schema_drift import get_model_metadata
from app.people.actions.person_erasure import erase_all_numbers, find_embedded_mentions
from tests.sample_people import ZOE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "data-classes.md").read_text()
PHONE_NAMES = ("phone", "pending_phone", "second_phone")
PERSONAL = (ColumnClass.PERSONAL, ColumnClass.SENSITIVE)
# A flag, not a number.
NO_PHONES = {("sandbox_messages", "from_phone")}
SAMPLE_VALUES = {
    "INTEGER": 1,
    "BOOLEAN": 0,
    "DATETIME": "2026-01-01 00:00:00",
    "DATE": "2026-01-01",
}


def test_every_column_has_a_class():
    get_model_metadata()
    unnamed = [str(column) for column, class_ in list_column_classes() if class_ is None]
    assert unnamed == [], "name these columns in __column_classes__ of their model"


def test_no_class_is_given_to_a_column_that_is_not_there():
    columns = {}
    for column, _class in list_column_classes():
        columns.setdefault(column.table, set()).add(column.name)
    for mapper in _models():
        declared = mapper.class_.__column_classes__
        assert isinstance(declared, ColumnClasses)
        assert set(declared.by_column) <= columns[mapper.local_table], mapper.class_


def test_the_page_of_classes_lists_what_is_protected():
    """ASVS 14.1.1."""
    listed = [line for line in PAGE.splitlines() if line.startswith("| `")]
    get_model_metadata()
    assert listed == describe_protected_columns()


def test_every_number_of_a_person_is_personal():
    get_model_metadata()
    for column, class_ in list_column_classes():
        is_number = column.name.endswith("phone")
        if is_number and (column.table.name, column.name) not in NO_PHONES:
            assert class_ is ColumnClass.PERSONAL, column


def test_erasing_reaches_every_column_that_holds_a_number(app):
    """K11."""
    get_model_metadata()
    with app.app_context():
        database = current_settings().database_path
        columns = _phone_columns()
        assert len(columns) > 20
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            for table, names in columns.items():
                _insert_row(connection, table, names)
            connection.commit()
            for table, names in columns.items():
                assert _count_rows(connection, table, names) > 0, table
        mentions = {ZOE: find_embedded_mentions(ZOE)}
        with write():
            erase_all_numbers(mentions, "ada", now())
        with contextlib.closing(sqlite3.connect(database)) as connection:
            left = [table for table in columns if _count_rows(connection, table, columns[table])]
    assert left == []


def _models():
    return [
        mapper
        for column, _class in list_column_classes()
        if column.primary_key
        for mapper in _mappers_of(column.table)
    ]


def _mappers_of(table):
    return [mapper for mapper in Model.registry.mappers if mapper.local_table is table]


def _phone_columns():
    """Table to its personal columns that hold a number."""
    columns = {}
    for column, class_ in list_column_classes():
        if column.name in PHONE_NAMES and class_ in PERSONAL:
            columns.setdefault(column.table.name, []).append(column.name)
    return columns


def _insert_row(connection, table, phone_columns):
    """Insert a row in which each number is Zoe's, and what must not be null holds anything."""
    values = {}
    for column in get_model_metadata().tables[table].columns:
        if column.name in phone_columns:
            values[column.name] = ZOE
        elif not column.nullable and column.server_default is None and column.name != "id":
            values[column.name] = _sample_value(column)
    marks = ", ".join("?" for _ in values)
    connection.execute(
        f"INSERT OR REPLACE INTO {table} ({', '.join(values)}) VALUES ({marks})",
        list(values.values()),
    )


def _sample_value(column):
    if isinstance(column.type, Enum):
        return column.type.enums[0]
    return SAMPLE_VALUES.get(str(column.type), "x")


def _count_rows(connection, table, columns):
    condition = " OR ".join(f"{column} = ?" for column in columns)
    query = f"SELECT count(*) FROM {table} WHERE {condition}"
    return connection.execute(query, [ZOE] * len(columns)).fetchone()[0]
