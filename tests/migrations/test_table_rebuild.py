"""A table gets another definition, and everything around it stays (table_rebuild)."""

import contextlib
import sqlite3

import pytest

from app.migrations.migration_errors import MigrationFailed
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database
from app.migrations.schema_comparison import compare_schemas, describe_schema
from app.migrations.table_rebuild import rebuild_table
from tests.migrations.sample_migrations import QUIET, run_sql, write_migration

BEDS = """CREATE TABLE beds (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
    soil TEXT CHECK (soil IN ('clay', 'sand')), size INTEGER DEFAULT 1, beside INTEGER
    REFERENCES beds (id))"""
# One value more, one column less, one new and one computed.
WIDER_BEDS = """CREATE TABLE beds (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
    soil TEXT CHECK (soil IN ('clay', 'sand', 'loam')), beside INTEGER REFERENCES beds (id),
    label TEXT NOT NULL, note TEXT DEFAULT 'none', loud TEXT AS (upper(name)))"""
AROUND = (
    "CREATE TABLE plants (id INTEGER PRIMARY KEY, bed_id INTEGER NOT NULL "
    "REFERENCES beds (id) ON DELETE CASCADE)",
    "CREATE TABLE changes (what TEXT)",
    "CREATE UNIQUE INDEX uq_beds_name ON beds (name)",
    "CREATE INDEX ix_beds_soil ON beds (soil) WHERE soil IS NOT NULL",
    "CREATE INDEX ix_beds_size ON beds (size)",
    "CREATE VIEW clay_beds AS SELECT id, name FROM beds WHERE soil = 'clay'",
    "CREATE VIEW clay_names AS SELECT name FROM clay_beds",
    "CREATE TRIGGER beds_insert AFTER INSERT ON beds BEGIN "
    "INSERT INTO changes VALUES ('bed ' || new.name); END",
    "CREATE TRIGGER plants_insert AFTER INSERT ON plants BEGIN "
    "UPDATE beds SET name = name || '*' WHERE id = new.bed_id; END",
)
ROWS = (
    "INSERT INTO beds (name, soil) VALUES ('north', 'clay'), ('south', 'sand'), ('gone', NULL)",
    "DELETE FROM beds WHERE name = 'gone'",
    "UPDATE beds SET beside = 1 WHERE id = 2",
    "INSERT INTO plants (bed_id) VALUES (1)",
    "ANALYZE",
)


@pytest.fixture
def garden():
    """A connection as migrations have it, to a table with everything that can be around one."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in (BEDS, *AROUND, *ROWS):
            connection.execute(statement)
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN")
        yield connection


def _widen(connection):
    rebuild_table(connection, WIDER_BEDS, {"label": "name || '/' || size"}, ["ix_beds_size"])


def _read(connection, sql):
    return connection.execute(sql).fetchall()


def test_rows_stay_and_columns_are_added_dropped_and_computed(garden):
    _widen(garden)
    assert _read(garden, "SELECT * FROM beds") == [
        (1, "north*", "clay", None, "north*/1", "none", "NORTH*"),
        (2, "south", "sand", 1, "south/1", "none", "SOUTH"),
    ]
    garden.execute("INSERT INTO beds (name, soil, label) VALUES ('west', 'loam', 'w')")
    # AUTOINCREMENT never gives an id again, also one whose row is gone.
    assert _read(garden, "SELECT max(id) FROM beds") == [(4,)]


def test_what_names_the_table_is_as_before(garden):
    before = describe_schema(garden)
    figures = "SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'beds' ORDER BY idx"
    figures_before = _read(garden, figures)
    _widen(garden)
    changed = compare_schemas(describe_schema(garden), before)
    assert [sentence.split(" ")[1] for sentence in changed] == [
        "check", "check", *["column"] * 4, "index",
    ]  # fmt: skip
    rows = [row for row in figures_before if row[0] != "ix_beds_size"]
    assert _read(garden, figures) == rows
    garden.execute("INSERT INTO plants (bed_id) VALUES (2)")
    assert _read(garden, "SELECT name FROM beds WHERE id = 2") == [("south*",)]
    assert _read(garden, "SELECT * FROM clay_names") == [("north*",)]
    assert _read(garden, "PRAGMA foreign_key_check") == []
    garden.execute("COMMIT")
    garden.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        garden.execute("INSERT INTO plants (bed_id) VALUES (77)")


def test_old_renaming_makes_no_difference(garden):
    """Some builds of SQLite rename as it did before 3.26."""
    garden.execute("PRAGMA legacy_alter_table=ON")
    _widen(garden)
    assert _read(garden, 'SELECT "table", "to" FROM pragma_foreign_key_list(\'plants\')') == [
        ("beds", "id")
    ]
    garden.execute("INSERT INTO plants (bed_id) VALUES (2)")


def test_what_does_not_fit_is_refused(garden):
    narrow = BEDS.replace("'sand'", "'peat'")
    with pytest.raises(sqlite3.IntegrityError):
        rebuild_table(garden, narrow)


def test_a_trigger_that_needs_a_dropped_column_is_refused(garden):
    garden.execute(
        "CREATE TRIGGER plants_size AFTER DELETE ON plants BEGIN UPDATE beds SET size = 0; END"
    )
    with pytest.raises(sqlite3.OperationalError, match="size"):
        _widen(garden)


def test_an_index_of_a_dropped_column_has_to_be_given_up_by_name(garden):
    with pytest.raises(sqlite3.OperationalError, match="size"):
        rebuild_table(garden, WIDER_BEDS, {"label": "name"})


def test_outside_of_a_migration_it_refuses(garden):
    garden.execute("COMMIT")
    with pytest.raises(RuntimeError):
        _widen(garden)
    garden.execute("PRAGMA foreign_keys=ON")
    garden.execute("BEGIN")
    with pytest.raises(RuntimeError):
        _widen(garden)


@pytest.mark.parametrize(
    ("definition", "values"), [("DROP TABLE beds", {}), (BEDS, {"colour": "1"})]
)
def test_a_slip_of_the_migration_is_refused(garden, definition, values):
    with pytest.raises(ValueError, match=r"CREATE TABLE|colour"):
        rebuild_table(garden, definition, values)


def test_a_migration_that_fails_after_a_rebuild_leaves_the_former_table(steps_folder, tmp_path):
    path = tmp_path / "sms.db"
    write_migration(steps_folder, 1, "beds", [BEDS, *AROUND, *ROWS])
    file = write_migration(steps_folder, 2, "wider", [])
    file.write_text(
        '"""Widen."""\nfrom app.migrations.table_rebuild import rebuild_table\n\n'
        f"def apply(connection, logger):\n    rebuild_table(connection, {BEDS!r})\n"
        "    connection.execute('INSERT INTO plants (bed_id) VALUES (77)')\n"
    )
    find_migrations.cache_clear()
    with pytest.raises(MigrationFailed, match="missing row of beds"):
        migrate_database(path, QUIET, find_migrations(steps_folder))
    assert run_sql(path, "SELECT name FROM beds") == [("north*",), ("south",)]
