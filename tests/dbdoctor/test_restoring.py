"""A copy takes the database's place: checked before, whole after, the old one kept, nothing
sent twice by it.
"""

import fcntl
import os
import sqlite3
import stat
from datetime import UTC, datetime, timedelta

import pytest

from app.dbdoctor import database_restore
from app.delivery.engine.installation_file import read_installation_file
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database
from app.suppression.actions.erasure_file import (
    KeptErasure,
    keep_erasures,
    read_kept_erasures,
)
from tests.migrations.sample_migrations import QUIET, hash_file, list_file_names, run_sql

ZOE = (
    "INSERT INTO community_members (name, phone, folded_name) VALUES ('Zoe', '+13035550142', 'zoe')"
)
LEO = "INSERT INTO community_members (name, phone) VALUES ('Leo', '+13035550143')"
PEOPLE = "SELECT name FROM community_members ORDER BY name"


@pytest.fixture
def copy(doctor, database, tmp_path):
    """A copy from when Zoe was the only member; Leo came later."""
    run_sql(database, ZOE)
    assert doctor("--backup", tmp_path / "copy.db")[0] == 0
    run_sql(database, LEO)
    return tmp_path / "copy.db"


def test_the_copy_takes_the_place_and_the_old_one_stays(doctor, database, copy):
    code, said = doctor("--restore", copy)
    (old,) = database.parent.glob("sms.db.before-restore-*")
    assert code == 0
    assert f"Restored {database} from {copy}." in said
    assert f"The previous database was kept: {old}." in said
    assert f"{database} is healthy." in said
    assert run_sql(database, PEOPLE) == [("Zoe",)]
    assert run_sql(old, PEOPLE) == [("Leo",), ("Zoe",)]
    assert run_sql(copy, PEOPLE) == [("Zoe",)]
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert list_file_names(database.parent) == [
        "sms.db",
        "sms.db.audit_head",
        "sms.db.audit_key",
        old.name,
        "sms.db.installation",
        "sms.db.leader",
    ]
    assert stat.S_IMODE((database.parent / "sms.db.installation").stat().st_mode) == 0o600


def test_a_lost_database_comes_back(doctor, database, copy):
    database.unlink()
    code, said = doctor("--restore", copy)
    assert code == 0
    assert "The previous database" not in said
    assert run_sql(database, PEOPLE) == [("Zoe",)]


def test_a_damaged_database_is_replaced_and_kept_with_its_log(doctor, database, copy):
    database.write_bytes(b"ruined" * 1000)
    log = database.with_name("sms.db-wal")
    log.write_bytes(b"some log")
    assert doctor("--restore", copy)[0] == 0
    assert run_sql(database, PEOPLE) == [("Zoe",)]
    assert not log.exists()
    (old_log,) = database.parent.glob("sms.db.before-restore-*-wal")
    assert old_log.read_bytes() == b"some log"
    assert old_log.with_name(old_log.name.removesuffix("-wal")).read_bytes().startswith(b"ruined")


def test_changes_that_lay_in_the_log_stay_with_the_old_database(doctor, database, copy, tmp_path):
    """The program died: its last changes are in the -wal.

    They belong to the old file, not to the new one.
    """
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("INSERT INTO community_members (name, phone) VALUES ('Mia', '+13035550144')")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for ending in ("", "-wal", "-shm"):
        (crashed / f"sms.db{ending}").write_bytes(
            database.with_name(f"sms.db{ending}").read_bytes()
        )
    writer.close()
    assert doctor("--restore", copy, path=crashed / "sms.db")[0] == 0
    (old,) = [
        each
        for each in crashed.glob("*before-restore*")
        if not each.name.endswith(("-wal", "-shm"))
    ]
    assert run_sql(old, PEOPLE) == [("Leo",), ("Mia",), ("Zoe",)]
    assert run_sql(crashed / "sms.db", PEOPLE) == [("Zoe",)]


def _missing(file):
    file.unlink()


def _empty(file):
    file.write_bytes(b"")


def _text(file):
    file.write_text("not a copy " * 100)


def _torn(file):
    torn = bytearray(file.read_bytes())
    torn[-8192:] = b"\xa5" * 8192
    file.write_bytes(torn)


def _cut(file):
    file.write_bytes(file.read_bytes()[:50_000])


def _newer(file):
    run_sql(
        file,
        "INSERT INTO schema_migrations VALUES (999, '0999_future', 'x', '2030-01-01 "
        "00:00:00.000000')",
    )


def _foreign(file):
    file.unlink()
    run_sql(file, "CREATE TABLE recipes (id INTEGER PRIMARY KEY)")


def _hollow(file):
    file.unlink()
    run_sql(file, "CREATE TABLE x (id)", "DROP TABLE x")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_missing, "does not exist or is empty"),
        (_empty, "does not exist or is empty"),
        (_text, "is not a SQLite database"),
        (_torn, "is damaged"),
        (_cut, "is damaged"),
        (_newer, "was made by a newer version"),
        (_foreign, "belongs to another program"),
        (_hollow, "has no SMS Admin tables"),
    ],
    ids=["missing", "empty", "text", "torn", "cut", "newer", "foreign", "hollow"],
)
def test_a_file_that_cannot_be_used_is_refused_before_the_live_database_is_touched(
    doctor, database, copy, spoil, words
):
    """K7."""
    spoil(copy)
    before, files_before = hash_file(database), list_file_names(database.parent)
    code, said = doctor("--restore", copy)
    assert code == 1
    assert words in said
    assert len(said.splitlines()) == 1
    assert hash_file(database) == before
    assert list_file_names(database.parent) == files_before


def test_the_live_database_cannot_be_restored_from_itself(doctor, database, copy):
    code, said = doctor("--restore", database)
    assert code == 1
    assert "is the live database itself" in said


def test_a_running_engine_is_not_robbed_of_its_database(doctor, database, copy):
    """K7: the engine holds the lock of `sms.db.leader`."""
    handle = os.open(database.with_name("sms.db.leader"), os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    code, said = doctor("--restore", copy)
    os.close(handle)
    assert code == 1
    assert (
        "is in use. Stop SMS Admin (Ctrl-C, or: systemctl stop sms-admin), then try again." in said
    )
    assert run_sql(database, PEOPLE) == [("Leo",), ("Zoe",)]


def test_a_process_that_only_serves_pages_is_noticed_too(doctor, database, copy, monkeypatch):
    """K7: with SCHEDULER_ENABLED=0 nobody holds that lock, but the database is open."""
    monkeypatch.setattr(database_restore, "LOCK_TIMEOUT_SECONDS", 0.1)
    page = sqlite3.connect(database)
    page.execute("SELECT count(*) FROM users")
    code, said = doctor("--restore", copy)
    page.close()
    assert code == 1
    assert "is in use" in said
    assert run_sql(database, "PRAGMA journal_mode") == [("wal",)]


def test_nothing_that_may_have_been_sent_since_leaves_by_itself(doctor, database, tmp_path):
    now = datetime.now(UTC).replace(tzinfo=None)
    due, later = str(now - timedelta(minutes=5)), str(now + timedelta(days=1))
    scheduled = (
        "INSERT INTO scheduled_messages (id, scheduled_at, message_body, target, status) "
        "VALUES ({}, '{}', 'Hi', 'community', 'pending')"
    )
    run_sql(
        database,
        "INSERT INTO message_logs (id, message_body, target, status, total_recipients) "
        "VALUES (1, 'Hi', 'community', 'processing', 1), (2, 'Hi', 'community', 'sent', 0)",
        "INSERT INTO messages (id, kind, phone, body, status, message_log_id) "
        "VALUES (1, 'blast', '+13035550142', 'Hi', 'queued', 1), (2, 'reply', '+13035550143', "
        "'Yes', 'queued', NULL)",
        scheduled.format(1, due),
        scheduled.format(2, later),
    )
    assert doctor("--backup", tmp_path / "copy.db")[0] == 0
    code, said = doctor("--restore", tmp_path / "copy.db")
    assert code == 0
    assert "Blasts paused while sending: 1." in said
    assert "Single texts that were waiting and will not be sent: 1." in said
    assert "Nothing is sent after the next start until an admin runs Reconcile" in said
    assert read_installation_file(database).is_restored
    assert run_sql(database, "SELECT status FROM message_logs ORDER BY id") == [
        ("paused",),
        ("sent",),
    ]
    assert run_sql(database, "SELECT status FROM messages ORDER BY id") == [
        ("queued",),
        ("not_sent",),
    ]
    # Reconcile decides about the one that came due: it may have gone out.
    assert run_sql(database, "SELECT status FROM scheduled_messages ORDER BY id") == [
        ("pending",),
        ("pending",),
    ]
    ((why,),) = run_sql(database, "SELECT pause_reason FROM message_logs WHERE id = 1")
    assert why == database_restore.RESTORE_PAUSE_REASON
    assert len(why) <= 300


def test_texts_without_news_are_looked_up_soon_and_old_alerts_are_not_told_again(
    doctor, database, tmp_path
):
    """The receipts that came after the copy was made will not come again; the faults of then
    are over.
    """
    text = (
        "INSERT INTO messages (id, kind, phone, body, status, look_up_at) VALUES ({}, 'test', "
        "'+13035550142', 'Hi', {})"
    )
    later = "'2090-01-01 00:00:00.000000'"
    run_sql(
        database,
        text.format(1, "'unknown', NULL"),
        text.format(2, f"'accepted', {later}"),
        text.format(3, "'accepted', NULL"),
        text.format(4, "'delivered', NULL"),
        f"INSERT INTO alerts (words, next_try_at) VALUES ('The account is refused.', {later})",
    )
    assert doctor("--backup", tmp_path / "copy.db")[0] == 0
    code, said = doctor("--restore", tmp_path / "copy.db")
    assert code == 0
    assert "Unconfirmed texts that will be checked with the carrier: 2." in said
    assert "Alerts not delivered before the restore, now dropped: 1." in said
    assert run_sql(database, "SELECT id FROM messages WHERE look_up_at < '2089-01-01'") == [
        (1,),
        (2,),
    ]
    assert run_sql(database, "SELECT next_try_at, told_at FROM alerts") == [(None, None)]


def test_a_copy_from_before_there_were_look_ups_can_be_restored(doctor, database, tmp_path):
    migrate_database(tmp_path / "old.db", QUIET, find_migrations()[:1])
    run_sql(
        tmp_path / "old.db",
        "INSERT INTO messages (kind, phone, body, status) VALUES ('test', '+13035550142', "
        "'Hi', 'unknown')",
    )
    assert doctor("--restore", tmp_path / "old.db")[0] == 0
    assert doctor("--apply")[0] == 0
    assert run_sql(database, "SELECT look_up_at IS NOT NULL FROM messages") == [(1,)]


def test_what_is_wrong_inside_the_copy_is_said_after_the_restore(doctor, database, copy):
    run_sql(
        copy,
        "INSERT INTO message_logs (message_body, target, total_recipients) VALUES ('Hi', "
        "'community', 3)",
    )
    code, said = doctor("--restore", copy)
    assert code == 1
    assert "Blast 1 should have recipients, but its texts are missing." in said


def test_a_restore_does_not_undo_changed_passwords_and_erasures(doctor, database, tmp_path):
    """F10, R17, K9: old sessions and a stolen password were good again; people were back."""
    user = "INSERT INTO users (username, password_hash, role, session_key) VALUES {}"
    run_sql(
        database,
        user.format(
            "('ada', 'old', 'admin', 'a'), ('sol', 'same', 'social_manager', 's'), "
            "('gone', 'x', 'social_manager', 'g')"
        ),
    )
    assert doctor("--backup", tmp_path / "copy.db")[0] == 0
    run_sql(
        database,
        "UPDATE users SET password_hash = 'new' WHERE username = 'ada'",
        "DELETE FROM users WHERE username = 'gone'",
        "INSERT INTO erased_numbers (phone_hash, opted_out, erased_by) VALUES ('h', 1, 'ada')",
    )
    said = doctor("--restore", tmp_path / "copy.db")[1]
    assert "must choose a new one: ada." in said
    assert "were deleted after the backup and are back: gone." in said
    assert "Users signed out: 3." in said
    assert "will be erased again at the next start (1)." in said
    rows = run_sql(
        database, "SELECT username, must_change_password, session_key FROM users ORDER BY id"
    )
    assert [row[:2] for row in rows] == [("ada", 1), ("sol", 0), ("gone", 1)]
    assert {len(row[2]) for row in rows} == {32}
    assert read_kept_erasures(database)["h"].opted_out
    file = database.with_name("sms.db.erasures")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_torn_line_of_the_erasures_loses_no_other(database):
    first = KeptErasure("a", False, "ada", "2026-01-01 00:00:00.000000")
    keep_erasures(database, [first])
    with database.with_name("sms.db.erasures").open("a") as file:
        file.write('{"phone_hash": "b", "op')
    keep_erasures(database, [first, KeptErasure("c", True, "ada", first.erased_at)])
    assert sorted(read_kept_erasures(database)) == ["a", "c"]


def test_a_restore_keeps_out_who_was_disabled_and_takes_no_renewed_hash_for_a_new_password(
    doctor, database, tmp_path
):
    """The hash of a former method is renewed at a sign-in; the password is the same."""
    run_sql(
        database,
        "INSERT INTO users (id, username, password_hash, role, session_key) VALUES "
        "(1, 'ada', 'scrypt:32768:8:1$a$b', 'admin', 'a'), "
        "(2, 'sol', 'scrypt:32768:8:1$c$d', 'social_manager', 's')",
        "INSERT INTO recovery_codes (user_id, code_hash) VALUES (1, 'used'), (1, 'kept')",
        "INSERT INTO account_links (user_id, kind, token_hash, ends_at) "
        "VALUES (2, 'reset', 't', '2099-01-01 00:00:00.000000')",
    )
    assert doctor("--backup", tmp_path / "copy.db")[0] == 0
    run_sql(
        database,
        "UPDATE users SET password_hash = 'scrypt:32768:8:3$e$f' WHERE username = 'ada'",
        "UPDATE users SET disabled_at = '2026-11-28 10:00:00.000000' WHERE username = 'sol'",
        "DELETE FROM recovery_codes WHERE code_hash = 'used'",
    )
    said = doctor("--restore", tmp_path / "copy.db")[1]
    assert "must choose a new one" not in said
    assert "Users disabled since the backup: 1." in said
    assert run_sql(database, "SELECT must_change_password, disabled_at FROM users") == [
        (0, None),
        (0, "2026-11-28 10:00:00.000000"),
    ]
    assert run_sql(database, "SELECT code_hash FROM recovery_codes") == [("kept",)]
    assert run_sql(database, "SELECT id FROM account_links") == []
