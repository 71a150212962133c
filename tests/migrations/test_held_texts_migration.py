"""Held texts come into a database in use, and can be taken out again."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

QUEUED = (
    "INSERT INTO messages (kind, phone, body, status) "
    "VALUES ('blast', '+13035550100', 'Hi', 'queued')"
)


def test_0046_held_texts_holds_nothing_of_before_and_lets_go_on_the_way_back(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 45)
    run_sql(path, QUEUED)
    migrate_database(path, QUIET, find_migrations()[:46])
    assert run_sql(path, "SELECT held_until, held_why FROM messages") == [(None, None)]
    run_sql(path, "UPDATE messages SET held_until = '2099-01-01', held_why = 'quiet_hours'")
    revert_migration(path, 46, QUIET)
    assert run_sql(path, "SELECT phone, status FROM messages") == [("+13035550100", "queued")]
