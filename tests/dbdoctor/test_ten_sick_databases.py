"""Ten sick databases: what the doctor says, what --fix does, and that docs/doctor.md tells it.

R19: none of them is called healthy, and no missing index is answered with "restore a backup".
"""

import shutil

import pytest

from app.core.settings import PROJECT_ROOT
from app.migrations.migration_files import find_migrations
from tests.damaged_files import make_index_lie
from tests.dbdoctor.test_checks import BLAST, USER, ZOE
from tests.migrations.sample_migrations import copy_migrated_database, hash_file, run_sql

RESTORE = "--restore FILE"
FIX = "--fix"


def _drop_index(path):
    run_sql(path, "DROP INDEX uq_messages_log_phone")


def _make_index_lie(path):
    make_index_lie(path, "ix_messages_queued", "UPDATE messages SET status = 'queued' WHERE id = 1")
    run_sql(path, "UPDATE message_logs SET status = 'paused', success_count = 0")


def _tear_page(path):
    (page,) = run_sql(path, "SELECT rootpage FROM sqlite_master WHERE name = 'messages'")[0]
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(data)


def _truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _drop_trigger(path):
    run_sql(path, "DROP TRIGGER audit_events_no_delete")


def _lose_rows(path):
    run_sql(
        path,
        "DELETE FROM users",
        "INSERT INTO reply_writers VALUES (9, 'ada', '2026-01-01 00:00:00')",
    )


def _miscount(path):
    run_sql(
        path,
        "UPDATE message_logs SET success_count = 9",
        "UPDATE community_members SET folded_name = 'x'",
    )


def _delete_wal(path):
    path.with_name("sms.db-shm").write_bytes(b"\0" * 32768)


def _be_newer(path):
    run_sql(
        path,
        "INSERT INTO schema_migrations VALUES (999, '0999_x', 'x', '2030-01-01 00:00:00.000000')",
    )


def _be_foreign(path):
    path.unlink()
    run_sql(path, "CREATE TABLE recipes (id INTEGER PRIMARY KEY)")


def _half_apply(path):
    newest = find_migrations()[-1]
    run_sql(path, f"DELETE FROM schema_migrations WHERE version = {newest.version}")


def _put_older_copy(path):
    path.with_name("sms.db.installation").write_text(
        '{"installation_id": null, "armed_count": 500}'
    )
    path.with_name("sms.db.installation").chmod(0o600)


# Nothing brings the changes of a deleted -wal back; what is left is whole, so it is said once: to
# open the file removes the sign.
# How it became sick, what the doctor says of it, what helps, and whether --fix heals it.
SICK = {
    "an index was dropped": (
        _drop_index,
        "The index uq_messages_log_phone is missing.",
        FIX,
        True,
    ),
    "an index lies": (_make_index_lie, "missing from index ix_messages_queued", FIX, True),
    "a page is torn": (_tear_page, "is damaged", RESTORE, False),
    "half of the file is gone": (_truncate, "is damaged", RESTORE, False),
    "a trigger was dropped": (
        _drop_trigger,
        "The trigger audit_events_no_delete is missing.",
        FIX,
        True,
    ),
    "rows lost what they belong to": (
        _lose_rows,
        "Rows of reply_writers refer to missing rows of threads.",
        RESTORE,
        False,
    ),
    "counts and folded names are off": (
        _miscount,
        "The counts of blast 1 do not match its texts.",
        FIX,
        True,
    ),
    "the -wal file was deleted": (
        _delete_wal,
        "sms.db-wal was deleted: the most recent changes may be lost.",
        "Compare with a backup.",
        True,
    ),
    "a newer version made it": (
        _be_newer,
        "was made by a newer version of SMS Admin",
        "Install that version",
        False,
    ),
    "it is another program's": (
        _be_foreign,
        "belongs to another program",
        "Check DATABASE_URL.",
        False,
    ),
    "a migration is half applied": (_half_apply, "Pending: ", "--apply", False),
    "an older copy lies in its place": (
        _put_older_copy,
        "it is an older copy.",
        "sending reconcile",
        False,
    ),
}


@pytest.fixture(scope="module")
def good_database(tmp_path_factory):
    """A small organisation whose database is well."""
    path = copy_migrated_database(tmp_path_factory.mktemp("well") / "instance", tmp_path_factory)
    run_sql(path, *BLAST, ZOE, USER.format(role="'admin'"), "PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.mark.parametrize("illness", SICK)
def test_the_doctor_names_it_and_treats_what_it_can(doctor, good_database, tmp_path, illness):
    make_sick, sentence, advice, is_healed = SICK[illness]
    (tmp_path / "sick").mkdir()
    path = tmp_path / "sick" / "sms.db"
    shutil.copy(good_database, path)
    make_sick(path)
    before = hash_file(path)
    code, said = doctor("--doctor", path=path)
    assert code == 1
    assert sentence in said
    assert advice in said
    assert hash_file(path) == before
    if advice == FIX:
        assert RESTORE not in said
    code, said = doctor("--fix", path=path)
    assert (code == 0) is is_healed, said
    assert (doctor("--doctor", path=path)[0] == 0) is is_healed


def test_the_page_has_the_table():
    page = (PROJECT_ROOT / "docs" / "doctor.md").read_text()
    missing = [illness for illness in SICK if f"| {illness} |" not in page]
    assert missing == []
