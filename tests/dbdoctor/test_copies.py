"""A copy is whole, checked and its owner's; or it is not there at all."""

import os
import resource
import signal
import sqlite3
import stat
import threading

import pytest

from app.migrations import database_backups
from app.migrations.migration_errors import BackupFailed
from tests.migrations.sample_migrations import list_file_names, run_sql

PEOPLE = (
    "INSERT INTO community_members (name, phone) VALUES ('Person ' || {n}, '+1303' || (4000000 "
    "+ {n}))"
)


def test_a_copy_goes_beside_the_database_named_by_the_time_and_closed_to_others(doctor, database):
    """K4: mode 0600, no word of a person's in the name."""
    run_sql(database, PEOPLE.format(n=1))
    code, said = doctor("--backup")
    (copy,) = (database.parent / "backups").iterdir()
    assert (code, said) == (0, f"Copied to {copy}.\n")
    assert copy.match("sms-20[0-9][0-9]*Z.db")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert run_sql(copy, "SELECT count(*) FROM community_members") == [(1,)]
    assert run_sql(copy, "PRAGMA journal_mode") == [("delete",)]


def test_a_copy_can_be_put_where_the_person_wants_it(doctor, database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert doctor("--backup", "mine.db")[0] == 0
    assert run_sql(tmp_path / "mine.db", "PRAGMA quick_check") == [("ok",)]


def test_a_copy_never_replaces_a_file(doctor, tmp_path):
    target = tmp_path / "precious.txt"
    target.write_text("precious")
    code, said = doctor("--backup", target)
    assert code == 1
    assert "already exists" in said
    assert target.read_text() == "precious"


def test_a_folder_that_is_not_there_is_said(doctor, tmp_path):
    code, said = doctor("--backup", tmp_path / "stick" / "sms.db")
    assert code == 1
    assert "No backup could be made" in said
    assert not (tmp_path / "stick").exists()


def test_a_copy_made_while_people_are_added_is_whole_and_holds_nobody_up(doctor, database):
    """K1: a count between before and after, readable without the right to write, writers never
    wait long.
    """
    stop, waits = threading.Event(), []

    def add_people():
        import time

        with sqlite3.connect(database, isolation_level=None, timeout=10) as writer:
            for number in range(100, 100_000):
                if stop.is_set():
                    break
                begun = time.perf_counter()
                writer.execute(PEOPLE.format(n=number))
                waits.append(time.perf_counter() - begun)
        writer.close()

    thread = threading.Thread(target=add_people)
    thread.start()
    try:
        for number in range(5):
            assert doctor("--backup", database.parent / f"{number}.db")[0] == 0
    finally:
        stop.set()
        thread.join()
    written = len(waits)
    counts = [_people_in(database.parent / f"{number}.db") for number in range(5)]
    assert counts == sorted(counts)
    assert counts[-1] <= written
    assert written > 0
    assert max(waits) < 1.0


def _people_in(copy):
    connection = sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute("SELECT count(*) FROM community_members").fetchone()[0]
    finally:
        connection.close()


def test_a_copy_whose_maker_was_killed_is_not_there_and_the_next_one_clears_up(doctor, database):
    """K2."""
    folder = database.parent / "backups"
    database_backups.create_backup_folder(folder)
    child = os.fork()
    if not child:
        os.fsync = lambda _handle: os.kill(os.getpid(), signal.SIGKILL)
        database_backups.copy_database(database, folder / "first.db")
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert list_file_names(folder) == [".first.db.part"]
    assert doctor("--backup", folder / "first.db")[0] == 0
    assert list_file_names(folder) == ["first.db"]


def test_a_copy_that_somebody_is_making_is_left_alone(database, tmp_path):
    with database_backups._open_partial_copy(tmp_path / "one.db"):
        database_backups.copy_database(database, tmp_path / "two.db")
        assert ".one.db.part" in list_file_names(tmp_path)
        with pytest.raises(BackupFailed):
            database_backups.copy_database(database, tmp_path / "one.db")
        assert ".one.db.part" in list_file_names(tmp_path)
    assert ".one.db.part" not in list_file_names(tmp_path)


def test_no_room_on_the_disk_leaves_no_half_copy_and_the_old_ones(doctor, database):
    """K3: the disk ends after 100 kB."""
    assert doctor("--backup")[0] == 0
    before = list_file_names(database.parent / "backups")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        code, said = doctor("--backup")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert code == 1
    assert said.startswith("No backup could be made in ")
    assert list_file_names(database.parent / "backups") == before
    assert doctor("--doctor")[0] == 0


def test_a_damaged_database_is_not_copied_as_if_it_were_whole(doctor, database):
    torn = bytearray(database.read_bytes())
    torn[-8192:] = b"\xa5" * 8192
    database.write_bytes(torn)
    code, said = doctor("--backup")
    assert code == 1
    assert "is damaged" in said
    assert list(database.parent.glob("backups/*")) == []
