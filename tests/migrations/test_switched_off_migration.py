"""0066_switched_off over an organisation that is there: nothing of it is hidden."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, run_sql


def test_an_organisation_shows_everything_at_first(database):
    newest = len(find_migrations())
    for version in range(newest, 65, -1):
        revert_migration(database, version, QUIET)
    run_sql(database, "INSERT INTO organisation (id, name) VALUES (1, 'Choir')")
    migrate_database(database, QUIET)
    assert run_sql(database, "SELECT name, switched_off FROM organisation") == [("Choir", "")]
