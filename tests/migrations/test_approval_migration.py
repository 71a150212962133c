"""0053_approvals, 0056_approval_senders, 0057_author_ids: what waits already needs no approval, and
going back sends nothing unapproved.
"""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

SCHEDULED = """INSERT INTO scheduled_messages (scheduled_at, message_body, target, status)
    VALUES ('2026-11-29 09:00:00.000000', 'Choir at 7', 'community', 'pending')"""

REQUEST = """INSERT INTO blast_approvals
    (scheduled_id, state, why, people, segments, text_hash, asked_by, asked_at)
    VALUES (1, 'withdrawn', '', 6, 6, '', 'Sol', '2026-11-28 09:00:00.000000')"""
BY_SOL = "UPDATE scheduled_messages SET created_by = 'Sol' WHERE id = 1"
SOL = "INSERT INTO users (id, username, password_hash) VALUES (7, 'sol', '!')"


def _look_up_senders(path):
    """0056 and 0057 find the user of a name, and go back."""
    for statement in (SOL, REQUEST, BY_SOL):
        run_sql(path, statement)
    migrate_database(path, QUIET, find_migrations()[:56])
    assert run_sql(path, "SELECT asked_by_id FROM blast_approvals") == [(7,)]
    migrate_database(path, QUIET, find_migrations()[:57])
    authors = "SELECT created_by_id FROM scheduled_messages ORDER BY id"
    assert run_sql(path, authors) == [(7,), (None,), (None,), (None,)]
    for version in (57, 56, 55, 54):
        revert_migration(path, version, QUIET)


def test_what_waits_needs_no_approval_and_the_way_back_cancels_what_was_not_approved(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 52)
    for _ in range(4):
        run_sql(path, SCHEDULED)
    migrate_database(path, QUIET, find_migrations()[:53])
    _look_up_senders(path)
    assert run_sql(path, "SELECT DISTINCT approval FROM scheduled_messages") == [(None,)]
    for scheduled_id, state in ((2, "waiting"), (3, "approved"), (4, "declined")):
        run_sql(
            path, f"UPDATE scheduled_messages SET approval = '{state}' WHERE id = {scheduled_id}"
        )
    revert_migration(path, 53, QUIET)
    assert run_sql(path, "SELECT status FROM scheduled_messages ORDER BY id") == [
        ("pending",),
        ("cancelled",),
        ("pending",),
        ("cancelled",),
    ]
