"""The migrations make exactly what the models say, and docs/schema.md says exactly what there
is.
"""

import contextlib
import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Enum

from app.dbdoctor.schema_drift import (
    FEATURE_MODELS,
    describe_model_schema,
    find_schema_drift,
    get_model_metadata,
)
from app.migrations.migration_files import find_migrations
from app.migrations.migration_history import BOOKKEEPING_TABLES
from app.migrations.schema_comparison import describe_schema
from tests.migrations.sample_migrations import copy_migrated_database

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "schema.md").read_text()
CASES = (
    "M1",
    "M2",
    "M3",
    "M4",
    "M5",
    "M7",
    "M8",
    "M10",
    "M11",
    "M13",
    "M14",
    "K1",
    "K2",
    "K3",
    "K4",
    "K7",
)
REMEDY = "Write a migration."


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    """A database that only the migrations have touched."""
    path = copy_migrated_database(tmp_path_factory.mktemp("schema") / "instance", tmp_path_factory)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield connection


def documented():
    """Table to its columns, as the page has them."""
    sections = re.split(r"^### ", PAGE, flags=re.M)[1:]
    return {
        section.split("\n", 1)[0]: re.findall(r"^\| `(\w+)` \| \S", section, re.M)
        for section in sections
    }


def test_the_migrations_make_exactly_the_models(connection):
    """M14."""
    assert find_schema_drift(connection) == [], REMEDY


def test_the_comparison_sees_every_table_of_the_models(connection):
    compared = {
        thing.removeprefix("table ")
        for thing in describe_schema(connection)
        if thing.startswith("table ")
    }
    assert compared == set(get_model_metadata().tables)
    assert len(describe_model_schema()) > 300


def test_every_file_of_models_is_compared():
    files = {path for path in (ROOT / "app").rglob("*models.py") if "dbdoctor" not in path.parts}
    assert {Path(room.__file__) for room in FEATURE_MODELS} == files


def test_the_page_has_every_table_and_nothing_else():
    assert sorted(documented()) == sorted(
        {
            *get_model_metadata().tables,
            *BOOKKEEPING_TABLES,
            "community_search",
            "inbox_search",
        }
    )


def test_the_page_has_every_column_in_order_and_nothing_else(connection):
    for table, columns in documented().items():
        there = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        assert (columns, table) == (there or _bookkept(table), table)


def _bookkept(table):
    return re.findall(r"[(,] ?(\w+) (?:INTEGER|VARCHAR|DATETIME)", BOOKKEEPING_TABLES[table])


def test_the_page_says_every_word_that_a_column_may_hold():
    sections = dict(section.split("\n", 1) for section in re.split(r"^### ", PAGE, flags=re.M)[1:])
    missing = [
        f"{table.name}.{column.name}: {word}"
        for table in get_model_metadata().sorted_tables
        for column in table.columns
        if isinstance(column.type, Enum)
        for word in column.type.enums
        if f"`{word}`" not in sections[table.name]
    ]
    assert missing == []


def test_every_foreign_key_says_what_happens_when_the_parent_goes(connection):
    silent = [
        key
        for key, value in describe_schema(connection).items()
        if key.startswith("key of") and "NO ACTION" in value[-9:]
    ]
    assert silent == []


def test_every_foreign_key_has_an_index_that_finds_the_children(connection):
    """Without one, deleting a parent reads the whole table of its children."""
    bare = []
    for table in get_model_metadata().sorted_tables:
        for key in table.foreign_keys:
            column = key.parent.name
            plan = connection.execute(
                f"EXPLAIN QUERY PLAN SELECT 1 FROM {table.name} WHERE {column} = 1"
            ).fetchall()
            if not any("SEARCH" in row[3] for row in plan):
                bare.append(f"{table.name}.{column}")
    assert bare == []


def test_every_migration_is_mentioned_in_the_change_of_its_tests():
    """Each migration has a test that runs it over data; the first one has no data before it."""
    tests = "".join(path.read_text() for path in (ROOT / "tests" / "migrations").glob("test_*.py"))
    assert [step.name for step in find_migrations() if step.name not in tests] == []


def test_each_case_of_the_catalogue_has_its_test():
    """The catalogue's cases about migrations and copies, each named by the test that covers it."""
    folders = (
        ROOT / "tests" / "migrations",
        ROOT / "tests" / "dbdoctor",
        ROOT / "tests" / "whole",
    )
    tests = "".join(path.read_text() for folder in folders for path in folder.glob("test_*.py"))
    assert [case for case in CASES if not re.search(rf'"""[^"]*\b{case}\b', tests)] == []
