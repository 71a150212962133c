"""Bringing a database to the newest version, one whole step at a time, and back."""

import logging
import os
import resource
import sqlite3
import stat

import pytest

from app.migrations.migration_errors import BackupFailed, MigrationError, MigrationFailed
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import (
    list_applied_migrations,
    list_pending_migrations,
    migrate_database,
    revert_migration,
)
from tests.migrations.sample_migrations import (
    POTS,
    QUIET,
    hash_file,
    list_file_names,
    make_database,
    run_sql,
    write_first_migration,
    write_migration,
    write_sample_migrations,
)
from tests.speed_limits import limit_seconds


@pytest.fixture
def path(tmp_path):
    return tmp_path / "instance" / "sms.db"


def test_a_first_start_makes_the_folder_and_a_file_for_its_owner_only(path, steps_folder):
    assert migrate_database(path, QUIET, write_sample_migrations(steps_folder)) == [
        "0001_plants",
        "0002_pots",
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run_sql(path, "PRAGMA journal_mode") == [("wal",)]
    assert list_file_names(path.parent) == ["sms.db"]


def test_each_step_is_written_down_with_its_checksum_and_time(path, steps_folder):
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    done = list_applied_migrations(path)
    assert [(each.version, each.name, each.checksum) for each in done] == [
        (step.version, step.name, step.checksum) for step in steps
    ]
    assert all(each.applied_at.tzinfo is not None for each in done)
    assert run_sql(
        path,
        "SELECT id, holder LIKE '%:' || ? FROM schema_migration_lock".replace(
            "?", str(os.getpid())
        ),
    ) == [(1, 1)]


def test_a_second_start_takes_milliseconds_and_touches_nothing(path, steps_folder):
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    before = hash_file(path)
    with limit_seconds(0.25):
        assert migrate_database(path, QUIET, steps) == []
    assert hash_file(path) == before
    assert list_file_names(path.parent) == ["sms.db"]


def test_nothing_to_do_needs_no_write_lock(path, steps_folder):
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert migrate_database(path, QUIET, steps) == []
        assert list_pending_migrations(path, steps) == []
    finally:
        writer.close()


def test_asking_what_is_pending_makes_no_file(path, steps_folder):
    assert list_pending_migrations(path, write_sample_migrations(steps_folder)) == [
        "0001_plants",
        "0002_pots",
    ]
    assert list_applied_migrations(path) == []
    assert not path.parent.exists()


def test_an_older_database_is_copied_once_before_its_first_pending_step(path, steps_folder):
    migrate_database(path, QUIET, write_first_migration(steps_folder))
    write_migration(steps_folder, 3, "soil", ["CREATE TABLE soil (id INTEGER)"])
    steps = write_sample_migrations(steps_folder)
    assert migrate_database(path, QUIET, steps) == ["0002_pots", "0003_soil"]
    (copy,) = (path.parent / "backups").iterdir()
    assert copy.name.startswith("sms-before-0002-20")
    assert copy.suffix == ".db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [each.name for each in list_applied_migrations(copy)] == ["0001_plants"]
    assert run_sql(copy, "SELECT name FROM plants") == [("fern",)]


def test_a_new_database_is_not_copied(path, steps_folder):
    path.parent.mkdir()
    path.touch()
    migrate_database(path, QUIET, write_sample_migrations(steps_folder))
    assert list_file_names(path.parent) == ["sms.db"]


def test_a_failing_step_leaves_neither_its_tables_nor_its_record(path, steps_folder):
    """M2: the failing step is rolled back whole, older ones stay; its number and the copy are
    named.
    """
    migrate_database(path, QUIET, write_first_migration(steps_folder))
    write_migration(
        steps_folder,
        2,
        "pots",
        ["CREATE TABLE half (id INTEGER)", "DELETE FROM plants", "NOT SQL"],
    )
    with pytest.raises(MigrationFailed) as caught:
        migrate_database(path, QUIET, _again(steps_folder))
    (copy,) = (path.parent / "backups").iterdir()
    assert caught.value.version == 2
    assert caught.value.backup == copy
    assert str(copy) in str(caught.value)
    assert "Migration 2 (0002_pots) failed" in str(caught.value)
    assert [each.name for each in list_applied_migrations(path)] == ["0001_plants"]
    assert run_sql(path, "SELECT count(*) FROM sqlite_master WHERE name = 'half'") == [(0,)]
    assert run_sql(path, "SELECT name FROM plants") == [("fern",)]


def test_what_was_applied_before_the_failing_step_stays(path, steps_folder):
    write_sample_migrations(steps_folder)
    write_migration(steps_folder, 3, "bad", ["CREATE TABLE half (id INTEGER)", "NOT SQL"])
    with pytest.raises(MigrationFailed):
        migrate_database(path, QUIET, _again(steps_folder))
    assert [each.name for each in list_applied_migrations(path)] == [
        "0001_plants",
        "0002_pots",
    ]
    assert list_pending_migrations(path, _again(steps_folder)) == ["0003_bad"]


def test_a_step_that_leaves_a_child_without_its_parent_is_rolled_back(path, steps_folder):
    write_sample_migrations(steps_folder)
    write_migration(steps_folder, 3, "orphans", ["DELETE FROM plants"])
    with pytest.raises(MigrationFailed, match="a row of pots points to a missing row of plants"):
        migrate_database(path, QUIET, _again(steps_folder))
    assert run_sql(path, "SELECT count(*) FROM plants") == [(1,)]


def test_a_step_that_ends_its_own_transaction_is_not_written_down(path, steps_folder):
    write_sample_migrations(steps_folder)
    write_migration(steps_folder, 3, "script", ["COMMIT"])
    with pytest.raises(MigrationFailed, match="use execute, never executescript"):
        migrate_database(path, QUIET, _again(steps_folder))
    assert list_pending_migrations(path, _again(steps_folder)) == ["0003_script"]


def test_dropping_a_table_to_build_it_anew_keeps_its_children(path, steps_folder):
    """M7, the runner's part: with foreign keys on, the DROP would have deleted the pots.

    Inside a transaction they cannot be switched any more, so the runner does it before.
    """
    write_sample_migrations(steps_folder)
    anew = (
        "CREATE TABLE plants_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
        "INSERT INTO plants_new SELECT id, name FROM plants",
        "DROP TABLE plants",
        "ALTER TABLE plants_new RENAME TO plants",
    )
    write_migration(steps_folder, 3, "anew", anew)
    migrate_database(path, QUIET, _again(steps_folder))
    assert run_sql(path, "SELECT count(*) FROM pots") == [(1,)]


def test_a_disk_that_is_full_half_way_costs_nothing(path, steps_folder):
    """M10: rolled back; with room again, it works."""
    migrate_database(path, QUIET, write_first_migration(steps_folder))
    write_migration(
        steps_folder,
        2,
        "pots",
        [*POTS, *["INSERT INTO plants (name) VALUES (hex(randomblob(100000)))"] * 10],
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
    try:
        with pytest.raises(MigrationError, match=r"disk (is full|I/O error)"):
            migrate_database(path, QUIET, _again(steps_folder))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list_pending_migrations(path, _again(steps_folder)) == ["0002_pots"]
    assert run_sql(path, "SELECT count(*) FROM plants") == [(1,)]
    assert migrate_database(path, QUIET, _again(steps_folder)) == ["0002_pots"]


def test_no_room_for_the_copy_means_that_nothing_is_begun(path, steps_folder):
    """M10: the copy comes first."""
    migrate_database(path, QUIET, write_first_migration(steps_folder))
    (path.parent / "backups").write_text("a file is in the way")
    before = hash_file(path)
    with pytest.raises(BackupFailed, match="Nothing was changed"):
        migrate_database(path, QUIET, write_sample_migrations(steps_folder))
    assert hash_file(path) == before
    assert [each.name for each in list_applied_migrations(path)] == ["0001_plants"]


def test_the_newest_step_can_be_taken_back_and_applied_again(path, steps_folder):
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    revert_migration(path, 2, QUIET, steps)
    assert list_pending_migrations(path, steps) == ["0002_pots"]
    assert run_sql(path, "SELECT count(*) FROM sqlite_master WHERE name = 'pots'") == [(0,)]
    (copy,) = (path.parent / "backups").iterdir()
    assert copy.name.startswith("sms-before-revert-0002-")
    assert run_sql(copy, "SELECT count(*) FROM pots") == [(1,)]
    assert migrate_database(path, QUIET, steps) == ["0002_pots"]


@pytest.mark.parametrize("version", [1, 3, 0])
def test_only_the_newest_step_can_be_taken_back(path, steps_folder, version):
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    with pytest.raises(MigrationError, match=f"that is 2, not {version}"):
        revert_migration(path, version, QUIET, steps)
    assert list_pending_migrations(path, steps) == []


# Each of them is left in test_head_and_back.py too.
@pytest.mark.parametrize(
    "version", [4, pytest.param(len(find_migrations()), marks=pytest.mark.torture)]
)
def test_taking_back_every_real_step_leaves_an_empty_database_that_can_begin_again(
    tmp_path, version
):
    steps = find_migrations()[:version]
    database = make_database(tmp_path / "sms.db", version)
    for step in reversed(steps):
        revert_migration(database, step.version, QUIET)
    # sqlite_sequence cannot be dropped.
    left = run_sql(
        database,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "ORDER BY name",
    )
    assert left == [("schema_changes",), ("schema_migration_lock",), ("schema_migrations",)]
    assert migrate_database(database, QUIET, steps) == [step.name for step in steps]


def test_the_log_says_what_was_done(path, steps_folder, caplog):
    with caplog.at_level(logging.INFO, logger=QUIET.name):
        migrate_database(path, QUIET, write_sample_migrations(steps_folder))
    assert [record.getMessage() for record in caplog.records] == [
        "migration 0001_plants applied",
        "migration 0002_pots applied",
    ]


def _again(folder):
    find_migrations.cache_clear()
    return find_migrations(folder)
