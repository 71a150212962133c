"""0061_backup_runs: the runs of backups, and the count of changes of the do-not-text lists."""

from app.migrations.migration_runner import revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql


def test_the_count_begins_at_0_and_goes_with_the_tables(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 61)
    assert run_sql(path, "SELECT id, position FROM stop_journal") == [(1, 0)]
    revert_migration(path, 61, QUIET)
    names = "SELECT 1 FROM sqlite_master WHERE name LIKE '%backup_runs%' OR name = 'stop_journal'"
    assert run_sql(path, names) == []
