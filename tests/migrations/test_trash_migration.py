"""0068_trash: what is deleted from now on can be put back."""

from app.migrations.migration_runner import revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql


def test_0068_the_trash_begins_empty_and_goes_with_all_that_is_in_it(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 68)
    assert run_sql(path, "SELECT * FROM trash_items") == []
    run_sql(
        path, "INSERT INTO trash_items (kind, name, deleted_by) VALUES ('event', 'Picnic', 'ada')"
    )
    run_sql(
        path,
        "INSERT INTO trash_rows (item_id, table_name, action, row) "
        "VALUES (1, 'events', 'deleted', '{}')",
    )
    revert_migration(path, 68, QUIET)
    assert run_sql(path, "SELECT name FROM sqlite_master WHERE name LIKE '%trash%'") == []
