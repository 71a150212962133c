"""A rehearsal says what the migrations will do, and changes nothing; the runner keeps a diary."""

import logging
import shutil
from collections import namedtuple

import pytest

from app.core.version import VERSION
from app.dbdoctor import __main__ as command
from app.migrations import migration_progress
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import (
    list_pending_migrations,
    migrate_database,
    revert_migration,
)
from tests.migrations.sample_migrations import (
    QUIET,
    hash_file,
    list_file_names,
    run_sql,
    write_first_migration,
    write_sample_migrations,
)

Usage = namedtuple("Usage", "total used free")
CHANGES = (
    "SELECT version, direction, changed_rows, program_version, finished_at >= started_at "
    "FROM schema_changes ORDER BY id"
)


@pytest.fixture
def old_database(database):
    """The real tables without the newest two migrations, closed."""
    for step in list(reversed(find_migrations()))[:2]:
        revert_migration(database, step.version, QUIET)
    shutil.rmtree(database.parent / "backups")
    return database


def _call(path, monkeypatch, capsys, *arguments):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    capsys.readouterr()
    code = command.main(arguments)
    return code, capsys.readouterr().out


def test_a_rehearsal_tells_and_leaves_nothing(old_database, monkeypatch, capsys):
    """M10: what an upgrade will do is known before; the database is only read."""
    before, names = hash_file(old_database), list_file_names(old_database.parent)
    code, said = _call(old_database, monkeypatch, capsys, "--rehearse")
    assert code == 0
    for step in find_migrations()[-2:]:
        assert f"{step.name}: 0." in said
    assert "MB before" in said
    assert "Nothing was changed: the copy is gone." in said
    assert (hash_file(old_database), list_file_names(old_database.parent)) == (before, names)
    assert len(list_pending_migrations(old_database)) == 2
    assert _call(old_database, monkeypatch, capsys, "--apply")[0] == 0
    said = _call(old_database, monkeypatch, capsys, "--rehearse")[1]
    assert said == f"{old_database}: nothing to apply.\n"


def test_without_room_for_the_copy_nothing_begins(old_database, monkeypatch, capsys):
    """M10: neither a rehearsal nor the migration itself."""
    monkeypatch.setattr(
        migration_progress.shutil, "disk_usage", lambda path: Usage(2**30, 2**30, 2**20)
    )
    before = hash_file(old_database)
    for action in ("--rehearse", "--apply"):
        code, said = _call(old_database, monkeypatch, capsys, action)
        assert code == 1
        assert "There is no room for a copy of" in said
        assert "1 MB are free. Nothing was changed." in said
    assert hash_file(old_database) == before
    assert not (old_database.parent / "backups").exists()


def test_what_a_killed_rehearsal_left_is_overwritten(old_database, monkeypatch, capsys):
    left = old_database.parent / ".sms-rehearsal"
    left.mkdir()
    (left / "sms.db").write_text("half a copy")
    assert _call(old_database, monkeypatch, capsys, "--rehearse")[0] == 0
    assert not left.exists()


def test_every_change_of_the_schema_has_a_row(tmp_path, steps_folder):
    """M1: in the same transaction, so that diary and schema agree whatever happens."""
    path = tmp_path / "sms.db"
    migrate_database(path, QUIET, write_first_migration(steps_folder))
    steps = write_sample_migrations(steps_folder)
    migrate_database(path, QUIET, steps)
    revert_migration(path, 2, QUIET, steps)
    assert run_sql(path, CHANGES) == [
        (1, "applied", 2, VERSION, 1),
        (2, "applied", 2, VERSION, 1),
        (2, "reverted", 1, VERSION, 1),
    ]


def test_a_long_migration_says_how_far_it_is(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(migration_progress, "SECONDS_BETWEEN_LINES", 0.0)
    monkeypatch.setattr(migration_progress, "STEPS_BETWEEN_CALLS", 1)
    path = tmp_path / "sms.db"
    with caplog.at_level(logging.INFO, logger=QUIET.name):
        migrate_database(path, QUIET, find_migrations()[:1])
    lines = [record.getMessage() for record in caplog.records]
    assert any(line.startswith("migration 0001_first_tables: 0 s, ") for line in lines)
    assert lines[-1] == "migration 0001_first_tables applied"
