"""One backup: whole, read again, for its owner only; and what is no backup says so."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from app.backups import backup_creation
from app.backups.backup_creation import (
    BackupOrder,
    BackupsBusy,
    NoRoomForBackup,
    create_backup,
    lock_backup_folder,
)
from app.backups.backup_opening import open_backup
from app.backups.backup_packing import (
    RESERVED_BYTES,
    BackupNotReadable,
    NoRoomToUnpack,
    PassphraseNeeded,
)
from app.backups.backup_retention import delete_superfluous_backups
from app.backups.companion_files import bring_back_companion_files, list_uncopied_files
from app.dbdoctor.database_restore import restore_database
from app.dbdoctor.restore_drill import rehearse_restore
from app.migrations.backup_names import (
    BackupReason,
    find_newest_backup_file,
    format_backup_timestamp,
    list_backup_files,
)
from app.migrations.migration_errors import DatabaseDamaged
from app.suppression.stop_file import get_stop_file

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
KEPT = {BackupReason.HOURLY: 48, BackupReason.NIGHTLY: 35, BackupReason.MANUAL: 10}
PASSPHRASE = "horses and batteries"


@pytest.fixture
def database(make_settings):
    """A database with the users ada and sol."""
    return make_settings().database_path


@pytest.fixture
def make_copy(database):
    """Call `make_copy()` for a backup; a passphrase encrypts it."""

    def make(passphrase="", reason=BackupReason.HOURLY, moment=NOW):
        folder = database.parent / "backups"
        order = BackupOrder(database, folder, reason, moment, passphrase)
        return create_backup(order).file

    return make


def read_users(file):
    with closing(sqlite3.connect(file)) as connection:
        return [name for (name,) in connection.execute("SELECT username FROM users ORDER BY id")]


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_a_backup_holds_everything_and_only_its_owner_reads_it(make_copy, tmp_path, passphrase):
    """K1, K4: it opens and is whole, its mode is 0600, its name holds no input."""
    file = make_copy(passphrase)
    assert file.name.startswith("sms-20261128T120000.000000Z-hourly.db.gz")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with open_backup(file, tmp_path, passphrase) as plain:
        assert read_users(plain) == ["ada", "sol"]
        assert stat.S_IMODE(plain.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".*")) == []
    assert (b"sms" in file.read_bytes()[:20]) is False


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_a_damaged_backup_is_never_taken_for_a_good_one(make_copy, tmp_path, passphrase):
    """K7: a bit that flipped, and an end that is missing."""
    file = make_copy(passphrase)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    for broken in (bytes(content), file.read_bytes()[:-20], file.read_bytes()[:60]):
        file.write_bytes(broken)
        with (
            pytest.raises(BackupNotReadable, match="is damaged"),
            open_backup(file, tmp_path, passphrase),
        ):
            pass
    assert list(tmp_path.glob(".*")) == []


def test_an_encrypted_backup_needs_its_passphrase(make_copy, tmp_path):
    file = make_copy(PASSPHRASE)
    for passphrase, words in (("", "is encrypted"), ("another", "another passphrase")):
        with pytest.raises(PassphraseNeeded, match=words), open_backup(file, tmp_path, passphrase):
            pass


@pytest.mark.parametrize("content", [b"%PDF-1.7 what people send", b"short", b"\0" * 4096])
def test_a_file_of_another_kind_is_no_backup(tmp_path, content):
    file = tmp_path / "letter.pdf"
    file.write_bytes(content)
    with (
        pytest.raises(BackupNotReadable, match="no backup of SMS Admin"),
        open_backup(file, tmp_path, ""),
    ):
        pass


def test_a_damaged_database_leaves_no_backup(database, make_copy):
    content = bytearray(database.read_bytes())
    content[-8192:] = b"\xa5" * 8192
    database.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        make_copy(reason=BackupReason.NIGHTLY)
    assert list((database.parent / "backups").glob("[!.]*")) == []


def test_a_full_disk_leaves_the_old_backups_and_room_for_the_program(make_copy, monkeypatch):
    """K3: nothing is begun that would fill the disk."""
    first = make_copy()
    usage = shutil.disk_usage(first)._replace(free=1_000_000)
    monkeypatch.setattr(backup_creation.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(NoRoomForBackup):
        make_copy(moment=NOW + timedelta(hours=1))
    assert [path.name for path in first.parent.iterdir() if path.suffix == ".gz"] == [first.name]


def test_what_a_killed_process_left_is_swept_and_two_never_work_at_once(make_copy):
    """K2: no half file ever has a good name."""
    folder = make_copy().parent
    for name in (".sms-x.db.gz.scratch", ".sms-x.db.gz.packing"):
        (folder / name).touch()
    (folder / ".drill-abc").mkdir()
    with lock_backup_folder(folder), pytest.raises(BackupsBusy):
        make_copy(moment=NOW + timedelta(hours=1))
    make_copy(moment=NOW + timedelta(hours=1))
    assert {path.name for path in folder.glob(".*")} == {".backups.lock"}


def test_the_newest_stay_by_their_number_and_not_by_their_age(database, make_copy):
    """K4, R21: with an injected clock; of copies that others made none goes."""
    folder = make_copy(moment=NOW - timedelta(days=900)).parent
    for hours in range(60):
        stamp = format_backup_timestamp(NOW - timedelta(hours=hours))
        for name in (f"{stamp}-hourly.db.gz", f"{stamp}.db", f"before-0061-{stamp}.db"):
            (folder / f"sms-{name}").touch()
        (database.parent / f"sms.db.before-restore-{stamp}").touch()
    for days in range(40):
        stamp = format_backup_timestamp(NOW - timedelta(days=days))
        (folder / f"sms-{stamp}-nightly.db.gz").touch()
    # Of a clock that was wrong: they push nothing out, and stay.
    for hours in range(1, 61):
        stamp = format_backup_timestamp(NOW + timedelta(hours=hours))
        (folder / f"sms-{stamp}-hourly.db.gz").touch()
    assert delete_superfluous_backups(database, folder, KEPT, NOW) == 13 + 5 + 50 + 57
    counts = {}
    for file in list_backup_files(database, folder):
        counts[file.reason] = counts.get(file.reason, 0) + 1
    assert counts == {
        BackupReason.HOURLY: 48 + 60,
        BackupReason.NIGHTLY: 35,
        BackupReason.MIGRATION: 10,
        BackupReason.COMMAND: 60,
    }
    assert delete_superfluous_backups(database, folder, KEPT, NOW) == 0
    newest = find_newest_backup_file(database, folder, NOW)
    assert newest is not None
    assert newest.moment == NOW
    assert len(list(database.parent.glob("*before-restore*"))) == 3


@pytest.mark.slow
def test_the_process_says_what_it_made_and_why_not(database):
    command = [sys.executable, "-m", "app.backups.copy_process", str(database)]
    good = [*command, str(database.parent / "copies"), "manual", NOW.isoformat()]
    done = subprocess.run(good, capture_output=True, text=True, env={**os.environ})
    assert '"file": "sms-20261128T120000.000000Z-manual.db.gz"' in done.stdout
    bad = [*command, "/proc/no-folder", "manual", NOW.isoformat()]
    failed = subprocess.run(bad, capture_output=True, text=True)
    assert failed.stdout == '{"error": "not_writable"}'


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_what_lies_beside_the_database_is_copied_and_comes_back(make_copy, database, passphrase):
    """K8: opt-outs, erasures, the audit's key and the archives; what is there stays as it is."""
    stops = get_stop_file(database)
    stops.write_text('{"n":1}\n')
    archive = database.parent / "archive" / "2024.db"
    archive.parent.mkdir()
    with closing(sqlite3.connect(archive)) as connection:
        connection.executescript(
            "CREATE TABLE messages (id INTEGER); INSERT INTO messages VALUES (7)"
        )
    file = make_copy(passphrase)
    copies = [path for path in (file.parent / "beside").rglob("*") if path.is_file()]
    assert len(copies) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in copies} == {0o600}
    assert any(b'"n":1' in path.read_bytes() for path in copies) is not bool(passphrase)
    stops.unlink()
    shutil.rmtree(archive.parent)
    lines = bring_back_companion_files(file, database, passphrase)
    assert lines == ["Brought back from beside the backup: archive/2024.db, sms.db.stops.jsonl."]
    assert stops.read_text() == '{"n":1}\n'
    with closing(sqlite3.connect(archive)) as connection:
        assert connection.execute("SELECT id FROM messages").fetchall() == [(7,)]
    stops.write_text("newer")
    assert bring_back_companion_files(file, database, passphrase) == []
    assert stops.read_text() == "newer"


@pytest.mark.parametrize(("step", "uncopied"), [(2, []), (60, ["sms.db.stops.jsonl"])])
def test_a_copy_on_a_disk_with_coarse_times_is_a_copy(make_copy, database, step, uncopied):
    """K8: FAT keeps the time of a file in steps of two seconds."""
    stops = get_stop_file(database)
    stops.touch()
    written_at = (NOW - timedelta(minutes=1, milliseconds=1)).timestamp()
    os.utime(stops, (written_at, written_at))
    folder = make_copy().parent
    kept_at = written_at // step * step
    os.utime(folder / "beside" / stops.name, (kept_at, kept_at))
    assert list_uncopied_files(database, folder, NOW + timedelta(hours=1)) == uncopied


def test_a_damaged_archive_keeps_its_former_copy_and_the_backup(make_copy, database):
    archive = database.parent / "archive" / "2024.db"
    archive.parent.mkdir()
    archive.write_bytes(b"no database")
    get_stop_file(database).write_text("{}")
    file = make_copy()
    assert file.exists()
    names = [path.name for path in (file.parent / "beside").rglob("*") if path.is_file()]
    assert names == ["sms.db.stops.jsonl"]
    folder = database.parent / "backups"
    order = BackupOrder(database, folder, BackupReason.HOURLY, NOW + timedelta(hours=1))
    assert create_backup(order).missing_names == ["archive/2024.db"]


def test_a_backup_that_would_fill_the_disk_is_not_unpacked(make_copy, database, monkeypatch):
    """K3: a small file may hold any size; the restore test and --restore stop before the disk."""
    file = make_copy()
    free = RESERVED_BYTES + 10_000
    usage = shutil.disk_usage(file)._replace(free=free)
    monkeypatch.setattr("app.backups.backup_packing.shutil.disk_usage", lambda _path: usage)
    words = "does not fit on the disk when it is unpacked"
    lines, is_good = rehearse_restore(file, database, file.parent, "")
    assert not is_good
    assert words in lines[0]
    with pytest.raises(NoRoomToUnpack, match=words):
        restore_database(file, database, NOW)
    assert list(database.parent.glob(".*unpacked")) == []
    assert {path.name for path in file.parent.glob(".*")} == {".backups.lock"}
