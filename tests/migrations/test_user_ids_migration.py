"""0069_user_ids: nobody gets the id of a user who is gone, of whom the audit still tells."""

import pytest

from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

ADD_SESSION = """INSERT INTO sessions (user_id, token_hash, session_key, device, ends_at)
    SELECT id, 'h' || id, '', 'Test', '2030-01-01 00:00:00' FROM users"""
# What is left of a user who is gone: something done by them, or to them, or their row in the trash.
TRACES = {
    "act": "INSERT INTO audit_events (at, who, user_id, verb) "
    "VALUES ('2026-01-01 00:00:00', 'sol', 7, 'sign_out')",
    "thing": "INSERT INTO audit_events (at, who, verb, thing_kind, thing_id) "
    "VALUES ('2026-01-01 00:00:00', 'ada', 'user.deleted', 'user', 7)",
    "trash": "INSERT INTO trash_rows (item_id, table_name, action, row) "
    "VALUES (1, 'users', 'deleted', '{\"id\": 7}')",
}


def add_user(path, name):
    """Add a user and return their id."""
    added = "INSERT INTO users (username, password_hash) VALUES ('{}', 'x') RETURNING id"
    [(user_id,)] = run_sql(path, added.format(name))
    return user_id


@pytest.mark.parametrize("trace", TRACES)
def test_0069_an_id_that_was_given_is_not_given_again(tmp_path, trace):
    path = tmp_path / "sms.db"
    make_database(path, 68)
    assert add_user(path, "ada") == 1
    run_sql(path, ADD_SESSION)
    run_sql(path, "INSERT INTO trash_items (kind, name, deleted_by) VALUES ('user', 'sol', 'ada')")
    run_sql(path, TRACES[trace])
    migrate_database(path, QUIET)
    assert add_user(path, "leo") == 8
    run_sql(path, "DELETE FROM users WHERE username = 'leo'")
    assert add_user(path, "mia") == 9
    assert run_sql(path, "SELECT user_id FROM sessions") == [(1,)]
    revert_migration(path, 69, QUIET)
    migrate_database(path, QUIET)
    assert add_user(path, "max") == 10
    assert run_sql(path, "SELECT user_id FROM sessions") == [(1,)]
