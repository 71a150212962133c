"""What the doctor, copies and the start say of a file that is damaged, empty or large (R19)."""

import contextlib
import logging
import sqlite3

import pytest

from app.core.db import MAX_IDLE_WAL_BYTES, configure_connection
from app.dbdoctor import file_checks
from app.migrations import database_file
from app.migrations.migration_errors import DatabaseLost
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database
from tests.damaged_files import make_index_lie
from tests.migrations.sample_migrations import run_sql

INDEX = "ix_messages_queued"
OTHER_PHONE = "UPDATE messages SET status = 'queued'"
TEXT = (
    "INSERT INTO messages (direction, kind, phone, body, status, message_log_id) "
    "VALUES ('outbound', 'reply', '+13035550142', 'Hello', 'sent', NULL)"
)


def test_an_index_that_lies_is_found_not_copied_as_good_and_repaired(doctor, database):
    run_sql(database, TEXT)
    make_index_lie(database, INDEX, OTHER_PHONE)
    # What starts used to look at says that all is well.
    assert run_sql(database, "PRAGMA quick_check") == [("ok",)]
    code, said = doctor("--doctor")
    assert code == 1
    assert f"missing from index {INDEX}). To fix it, run: python -m app.dbdoctor --fix." in said
    code, said = doctor("--backup")
    assert (code, "is damaged" in said) == (1, True)
    assert list((database.parent / "backups").glob("*")) == []
    code, said = doctor("--repair")
    assert (code, "Copied the damaged database to" in said) == (0, True)
    # The copy is there for whoever wants to look, and counts as no good one.
    assert [file.suffix for file in (database.parent / "backups").iterdir()] == [".damaged"]
    assert doctor("--doctor") == (0, f"{database} is healthy.\n")
    assert doctor("--backup")[0] == 0


def test_a_copy_with_an_index_that_lies_is_not_restored(doctor, database, tmp_path):
    run_sql(database, TEXT)
    copy = tmp_path / "copy.db"
    assert doctor("--backup", copy)[0] == 0
    make_index_lie(copy, INDEX, OTHER_PHONE)
    before = database.read_bytes()
    code, said = doctor("--restore", copy)
    assert (code, "is damaged" in said) == (1, True)
    assert database.read_bytes() == before


def test_a_row_that_breaks_a_rule_keeps_nobody_from_making_a_copy(doctor, database):
    """R18: such a row is set aside with its reason; a copy is still worth having."""
    run_sql(database, TEXT, "PRAGMA ignore_check_constraints=ON", "UPDATE messages SET status='x'")
    assert doctor("--backup")[0] == 0


@pytest.mark.parametrize("witness", ["sms.db.installation", "sms.db-wal", "backups/sms-1.db"])
def test_an_empty_file_where_a_database_was_is_refused(tmp_path, monkeypatch, witness):
    monkeypatch.setattr(database_file, "EMPTY_FILE_WAIT_SECONDS", 0.0)
    path, file = tmp_path / "sms.db", tmp_path / witness
    file.parent.mkdir(exist_ok=True)
    file.write_text("something")
    path.touch()
    with pytest.raises(DatabaseLost, match="is empty, and a database was here"):
        migrate_database(path, logging.getLogger("test"))
    assert path.stat().st_size == 0
    # Without the file it is a new database, as the sentence says.
    path.unlink()
    if witness != "sms.db-wal":
        assert migrate_database(path, logging.getLogger("test"), find_migrations()[:1])


def test_an_empty_file_with_nothing_beside_it_is_new(tmp_path):
    path = tmp_path / "sms.db"
    path.touch()
    assert migrate_database(path, logging.getLogger("test"), find_migrations()[:1])


def test_a_large_wal_is_said_with_what_to_do(doctor, database, monkeypatch):
    monkeypatch.setattr(file_checks, "LARGE_WAL_BYTES", 100_000)
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("CREATE TABLE _litestream_seq (body)")
        connection.execute("INSERT INTO _litestream_seq VALUES (zeroblob(300000))")
        code, said = doctor("--doctor")
    assert code == 1
    assert "-wal is large (0 MB)" in said
    assert "Never delete this file." in said
    assert doctor("--doctor")[0] == 0


def test_the_wal_is_small_again_after_a_large_write(database):
    """R11: it stayed at 81 to 205 MB. The next write at rest cuts it."""
    wal = database.with_name(f"{database.name}-wal")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        configure_connection(connection)
        connection.execute("CREATE TABLE large (body)")
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(30):
            connection.execute("INSERT INTO large VALUES (zeroblob(1000000))")
        connection.execute("COMMIT")
        assert wal.stat().st_size > MAX_IDLE_WAL_BYTES
        connection.execute("INSERT INTO large VALUES (1)")
        assert wal.stat().st_size <= MAX_IDLE_WAL_BYTES
