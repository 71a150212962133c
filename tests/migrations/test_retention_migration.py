"""0064_retention: the rules, the counts of archives, and texts that were only counted."""

from app.migrations.migration_runner import revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

TABLES = ("retention_rules", "archived_counts", "unkept_texts")


def test_an_organisation_of_before_keeps_everything_as_long_as_it_did(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 64)
    for table in TABLES:
        assert run_sql(path, f"SELECT count(*) FROM {table}") == [(0,)]
    revert_migration(path, 64, QUIET)
    left = "SELECT name FROM sqlite_master WHERE name LIKE '%retention%' OR name LIKE '%unkept%'"
    assert run_sql(path, left) == []
