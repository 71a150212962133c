"""--restore and --drill of what the program packs by itself, and of what is no backup."""

from datetime import UTC, datetime

import pytest

from app.backups.backup_creation import BackupOrder, create_backup
from app.migrations.backup_names import BackupReason
from tests.migrations.sample_migrations import hash_file, run_sql

ZOE = "INSERT INTO community_members (name, phone) VALUES ('Zoe', '+13035550142')"
PEOPLE = "SELECT name FROM community_members ORDER BY name"
PASSPHRASE = "horses and batteries"


@pytest.fixture
def pack(database):
    """Call `pack()` for a backup of the database as it is; a passphrase encrypts it."""

    def make(passphrase=""):
        folder, moment = database.parent / "backups", datetime.now(UTC)
        order = BackupOrder(database, folder, BackupReason.HOURLY, moment, passphrase)
        return create_backup(order).file

    return make


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_a_packed_backup_takes_the_place(doctor, database, pack, monkeypatch, passphrase):
    monkeypatch.setenv("BACKUP_PASSPHRASE", passphrase)
    run_sql(database, ZOE)
    file = pack(passphrase)
    run_sql(database, "DELETE FROM community_members")
    code, said = doctor("--restore", file)
    assert (code, f"Restored {database} from {file}." in said) == (0, True)
    assert run_sql(database, PEOPLE) == [("Zoe",)]
    assert [path.name for path in database.parent.glob(".*.unpacked*")] == []


def test_a_wrong_file_says_what_it_is_and_touches_nothing(
    doctor, database, pack, monkeypatch, tmp_path
):
    """K7: another kind of file, a damaged one, another passphrase, an empty database."""
    before = hash_file(database)
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7" + b"x" * 900)
    torn = pack()
    torn.write_bytes(torn.read_bytes()[:-100])
    locked = pack(PASSPHRASE)
    for file, words in (
        (letter, "is not a SQLite database, and no backup of SMS Admin."),
        (torn, "is damaged: not all of it can be unpacked. Take another backup."),
        (locked, "is encrypted. Set BACKUP_PASSPHRASE to the passphrase of that time."),
    ):
        assert doctor("--restore", file) == (1, f"{file} {words}\n")
    monkeypatch.setenv("BACKUP_PASSPHRASE", "another one")
    code, said = doctor("--restore", locked)
    assert (code, "was encrypted with another passphrase" in said) == (1, True)
    assert hash_file(database) == before
    assert list(database.parent.glob("*before-restore*")) == []


def test_a_packed_database_of_a_newer_version_is_refused_by_its_own_name(doctor, database, pack):
    run_sql(
        database,
        "INSERT INTO schema_migrations (version, name, checksum, applied_at) "
        "VALUES (9999, '9999_later', 'x', '2030-01-01 00:00:00')",
    )
    file = pack()
    run_sql(database, "DELETE FROM schema_migrations WHERE version = 9999")
    code, said = doctor("--restore", file)
    assert code == 1
    assert said.startswith(f"{file} was made by a newer version of SMS Admin")


def test_a_drill_says_what_is_in_the_newest_backup(doctor, database, pack):
    assert doctor("--drill") == (
        1,
        f"There is no backup of {database} in {database.parent / 'backups'}.\n",
    )
    run_sql(database, ZOE)
    pack()
    run_sql(database, "DELETE FROM community_members")
    code, said = doctor("--drill")
    assert (code, said) == (0, "1 member, 0 texts, 0 opt-outs, 0 users.\n")
    assert run_sql(database, PEOPLE) == []
