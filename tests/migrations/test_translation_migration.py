"""0051_translations_and_introductions: languages come into a database in use, and out of it."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

QUEUED = (
    "INSERT INTO messages (kind, phone, body, status) "
    "VALUES ('blast', '+13035550100', 'Hi', 'queued')"
)
ORGANISATION = "INSERT INTO organisation (id, name) VALUES (1, 'Ohr')"
CHANGE_DAYS = "UPDATE organisation SET updated_at = '2020-01-01', introduction_days = NULL"


def test_0051_translates_nothing_of_before_and_goes_back(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 50)
    run_sql(path, QUEUED, ORGANISATION)
    migrate_database(path, QUIET, find_migrations()[:51])
    assert run_sql(path, "SELECT language, is_introduction FROM messages") == [(None, 0)]
    assert run_sql(path, "SELECT language, footers, introduction_days FROM organisation") == [
        ("en", None, None)
    ]
    run_sql(path, CHANGE_DAYS, "UPDATE organisation SET introduction_days = 30")
    assert run_sql(path, "SELECT updated_at > '2026' FROM organisation") == [(1,)]
    revert_migration(path, 51, QUIET)
    assert run_sql(path, "SELECT name FROM organisation") == [("Ohr",)]
    assert run_sql(path, "SELECT phone, status FROM messages") == [("+13035550100", "queued")]
