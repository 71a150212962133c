"""0044_import_progress and 0050_import_row_steps: imports and their rows stay as they were."""

import sqlite3

import pytest

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

NEW_IMPORT = "INSERT INTO imports (created_by, file_name, state, added_count) VALUES"


def test_imports_between_two_slices_are_done_for_an_older_release(tmp_path):
    """What is on the list by then can be undone there."""
    path = tmp_path / "sms.db"
    make_database(path, 43)
    with pytest.raises(sqlite3.IntegrityError):
        run_sql(path, f"{NEW_IMPORT} ('ada', 'a.csv', 'confirming', 1)")
    run_sql(path, f"{NEW_IMPORT} ('ada', 'a.csv', 'done', 7)")
    run_sql(path, "INSERT INTO import_rows (import_id, line, verdict) VALUES (1, 2, 'new')")
    migrate_database(path, QUIET, find_migrations()[:50])
    assert run_sql(path, "SELECT state, added_count, progress FROM imports") == [("done", 7, None)]
    assert run_sql(path, "SELECT import_id, line, slice_step FROM import_rows") == [(1, 2, 0)]
    for state in ("confirming", "undoing", "checked"):
        run_sql(path, f"{NEW_IMPORT} ('ada', 'b.csv', '{state}', 1)")
    for version in range(50, 43, -1):
        revert_migration(path, version, QUIET)
    states = run_sql(path, "SELECT state FROM imports ORDER BY id")
    assert [state for (state,) in states] == ["done", "done", "done", "checked"]
    assert run_sql(path, "SELECT import_id, line FROM import_rows") == [(1, 2)]
