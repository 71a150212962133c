"""What the runner does not understand it does not touch: no byte of the file changes and
nothing is left beside it.
"""

import os
import sqlite3

import pytest

from app.migrations import database_file
from app.migrations.migration_errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseNotAccessible,
    DatabaseTooNew,
    ForeignDatabase,
    MigrationEdited,
    NotSqliteFile,
)
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import (
    list_pending_migrations,
    migrate_database,
)
from tests.migrations.sample_migrations import (
    PLANTS,
    QUIET,
    hash_file,
    list_file_names,
    run_sql,
    write_first_migration,
    write_migration,
    write_sample_migrations,
)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "instance").mkdir()
    return tmp_path / "instance" / "sms.db"


def refused(path, problem, steps, words):
    """The file is refused by start and by question alike, with these words, and stays as it was."""
    before, beside = hash_file(path), list_file_names(path.parent)
    for ask in (
        lambda: migrate_database(path, QUIET, steps),
        lambda: list_pending_migrations(path, steps),
    ):
        with pytest.raises(problem, match=words):
            ask()
    assert hash_file(path) == before
    assert list_file_names(path.parent) == beside


def test_a_database_of_a_newer_version_is_refused(path, steps_folder):
    """M4."""
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    run_sql(
        path,
        "INSERT INTO schema_migrations VALUES (999, '0999_future', 'x', '2030-01-01 "
        "00:00:00.000000')",
    )
    refused(path, DatabaseTooNew, steps, "was made by a newer version")


def test_a_newer_database_whose_program_died_is_refused_with_its_log_untouched(path, steps_folder):
    """M4 after a crash: the changes that lie in the -wal are not worked into the file."""
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute(
        "INSERT INTO schema_migrations VALUES (3, '0003_x', 'x', '2030-01-01 00:00:00.000000')"
    )
    crashed = path.parent / "crashed"
    crashed.mkdir()
    for ending in ("", "-wal", "-shm"):
        (crashed / f"sms.db{ending}").write_bytes(path.with_name(f"sms.db{ending}").read_bytes())
    writer.close()
    log = hash_file(crashed / "sms.db-wal")
    refused(crashed / "sms.db", DatabaseTooNew, steps, "newer version")
    assert hash_file(crashed / "sms.db-wal") == log


def test_what_a_crash_left_in_the_log_is_there_at_the_next_start(path, steps_folder):
    """M11: the -wal of a program that died is read."""
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps[:1])
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("INSERT INTO plants (name) VALUES ('moss')")
    crashed = path.parent / "crashed"
    crashed.mkdir()
    for ending in ("", "-wal"):
        (crashed / f"sms.db{ending}").write_bytes(path.with_name(f"sms.db{ending}").read_bytes())
    writer.close()
    assert migrate_database(crashed / "sms.db", QUIET, steps) == ["0002_pots"]
    assert run_sql(crashed / "sms.db", "SELECT name FROM plants ORDER BY id") == [
        ("fern",),
        ("moss",),
    ]
    assert run_sql(crashed / "sms.db", "SELECT count(*) FROM pots") == [(2,)]


def test_a_migration_that_was_edited_after_it_was_applied_is_refused(path, steps_folder):
    """M5: the checksum differs."""
    migrate_database(path, QUIET, write_first_migration(steps_folder))
    write_migration(
        steps_folder, 1, "plants", [*PLANTS, "INSERT INTO plants (name) VALUES ('ivy')"]
    )
    refused(
        path,
        MigrationEdited,
        _found(steps_folder),
        r"migration 1 \(0001_plants\) was changed after",
    )


def test_a_gap_in_what_was_applied_is_refused(path, steps_folder):
    """M5: a step in the middle was never applied."""
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    run_sql(path, "DELETE FROM schema_migrations WHERE version = 1")
    refused(
        path,
        MigrationEdited,
        steps,
        "migration 1 was never applied, but a later one was",
    )


def test_another_programs_database_is_refused(path, steps_folder):
    run_sql(path, "CREATE TABLE recipes (id INTEGER PRIMARY KEY)")
    refused(
        path, ForeignDatabase, write_sample_migrations(steps_folder), "belongs to another program"
    )


def test_another_programs_list_of_migrations_is_not_ours(path, steps_folder):
    run_sql(
        path,
        "CREATE TABLE schema_migrations (version varchar)",
        "CREATE TABLE recipes (id INTEGER PRIMARY KEY)",
    )
    refused(
        path, ForeignDatabase, write_sample_migrations(steps_folder), "belongs to another program"
    )


def test_tables_without_any_record_are_not_ours(path, steps_folder):
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    run_sql(path, "DELETE FROM schema_migrations")
    refused(path, ForeignDatabase, steps, "belongs to another program")


@pytest.mark.parametrize(
    "content",
    [b"x", b"name,phone\n" * 40, b"\x00" * 5000, b"SQLite format 3\x00" + b"z" * 5000],
)
def test_a_file_that_is_no_database_is_refused(path, steps_folder, content):
    path.write_bytes(content)
    refused(
        path,
        (NotSqliteFile, DatabaseDamaged),
        write_sample_migrations(steps_folder),
        "not a SQLite database|is damaged",
    )


def test_a_damaged_database_is_refused_before_anything_is_changed(path, steps_folder):
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps[:1])
    run_sql(
        path,
        *["INSERT INTO plants (name) VALUES (hex(randomblob(900)))"] * 30,
        "PRAGMA wal_checkpoint(TRUNCATE)",
    )
    torn = bytearray(path.read_bytes())
    torn[5 * 4096 : 7 * 4096] = b"\xa5" * 8192
    path.write_bytes(torn)
    before = hash_file(path)
    with pytest.raises(
        DatabaseDamaged,
        match=r"Restore a backup: python -m app.dbdoctor --restore FILE",
    ):
        migrate_database(path, QUIET, steps)
    assert hash_file(path) == before
    assert list_file_names(path.parent) == ["sms.db"]


def test_a_database_cut_short_is_refused(path, steps_folder):
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps[:1])
    path.write_bytes(path.read_bytes()[:5000])
    refused_words = "is damaged"
    with pytest.raises(DatabaseDamaged, match=refused_words):
        migrate_database(path, QUIET, steps)


def test_a_folder_is_not_a_database(path, steps_folder):
    with pytest.raises(DatabaseNotAccessible, match="is a folder"):
        migrate_database(path.parent, QUIET, write_sample_migrations(steps_folder))


def test_a_path_through_a_file_cannot_be_made(path, steps_folder):
    path.write_bytes(b"")
    with pytest.raises(DatabaseNotAccessible):
        migrate_database(path / "deeper" / "sms.db", QUIET, write_sample_migrations(steps_folder))


def test_a_database_that_somebody_keeps_locked_is_said_after_some_patience(
    path, steps_folder, monkeypatch
):
    monkeypatch.setattr(database_file, "WRITE_TIMEOUT_SECONDS", 0.1)
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps[:1])
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(DatabaseLocked, match="is locked"):
            migrate_database(path, QUIET, steps)
    finally:
        writer.close()
    assert list_pending_migrations(path, steps) == ["0002_pots"]


@pytest.mark.skipif(
    os.geteuid() == 0,
    reason="root may write everywhere; test_processes becomes somebody else",
)
def test_a_file_we_may_not_write_is_said_with_the_right_that_is_needed(path, steps_folder):
    """M8."""
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps[:1])
    path.chmod(0o400)
    refused_words = "needs the right to write"
    with pytest.raises(DatabaseNotAccessible, match=refused_words):
        migrate_database(path, QUIET, steps)
    assert list_file_names(path.parent) == ["sms.db"]


def _found(folder):
    find_migrations.cache_clear()
    return find_migrations(folder)
