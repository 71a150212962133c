"""Texting hours come into a database in use, and can be taken out again."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql


def test_0045_texting_hours_lets_an_organisation_of_before_text_at_any_hour(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 44)
    run_sql(path, "INSERT INTO organisation (id, name) VALUES (1, 'Riverside')")
    migrate_database(path, QUIET, find_migrations()[:45])
    assert run_sql(path, "SELECT * FROM texting_hours") == []
    run_sql(path, "INSERT INTO blackout_days (day, name) VALUES ('2026-12-25', 'Christmas Day')")
    revert_migration(path, 45, QUIET)
    assert run_sql(path, "SELECT name FROM organisation") == [("Riverside",)]
