"""0069_growing_ids: nothing gets the id of what is gone, for the audit still tells of it."""

import pytest

from app.migrations.m0069_growing_ids import TABLES
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

ADDED = {
    "users": "INSERT INTO users (username, password_hash) VALUES (hex(randomblob(4)), 'x')",
    "events": "INSERT INTO events (title) VALUES ('Picnic')",
}
DEPENDENT = {
    "users": "INSERT INTO sessions (user_id, token_hash, session_key, device, ends_at) "
    "SELECT id, 'h' || id, '', 'Test', '2030-01-01 00:00:00' FROM users",
    "events": "INSERT INTO event_registrations (event_id, phone) "
    "SELECT id, '+13035550142' FROM events",
}
DEPENDENT_ROWS = {
    "users": "SELECT user_id FROM sessions",
    "events": "SELECT event_id FROM event_registrations",
}
# What is left of something that is gone, of the id 7.
AUDIT = (
    "INSERT INTO audit_events (at, who, verb, {}) VALUES ('2026-01-01 00:00:00', 'ada', 'x', {})"
)
TRASH = (
    "INSERT INTO trash_rows (item_id, table_name, action, row) VALUES (1, '{}', 'deleted', "
    "'{{\"id\": 7}}')"
)
TRACES = {
    "an act": ("users", AUDIT.format("user_id", "7")),
    "a user who was changed": ("users", AUDIT.format("thing_kind, thing_id", "'user', 7")),
    "a user in the trash": ("users", TRASH.format("users")),
    "an event that was changed": ("events", AUDIT.format("thing_kind, thing_id", "'event', 7")),
    "the same in an older release": ("events", AUDIT.format("about", "'event 7'")),
    "an event in the trash": ("events", TRASH.format("events")),
}


def add(path, table):
    """Add a row and return its id."""
    [(id_,)] = run_sql(path, f"{ADDED[table]} RETURNING id")
    return id_


@pytest.mark.parametrize("trace", TRACES)
def test_0069_an_id_that_was_given_is_not_given_again(tmp_path, trace):
    table, left = TRACES[trace]
    path = tmp_path / "sms.db"
    make_database(path, 68)
    assert add(path, table) == 1
    run_sql(path, DEPENDENT[table])
    item = "INSERT INTO trash_items (kind, name, deleted_by) VALUES ('event', 'Fair', 'ada')"
    run_sql(path, item, left)
    migrate_database(path, QUIET)
    assert add(path, table) == 8
    run_sql(path, f"DELETE FROM {table} WHERE id = 8")
    assert add(path, table) == 9
    assert run_sql(path, DEPENDENT_ROWS[table]) == [(1,)]


@pytest.mark.parametrize("table", ADDED)
def test_0069_it_can_be_taken_back_and_made_again(tmp_path, table):
    path = tmp_path / "sms.db"
    make_database(path, 69)
    names = {name for (name,) in run_sql(path, "SELECT name FROM sqlite_sequence")}
    assert set(TABLES.values()) <= names
    add(path, table)
    run_sql(path, DEPENDENT[table])
    revert_migration(path, 69, QUIET)
    names = {name for (name,) in run_sql(path, "SELECT name FROM sqlite_sequence")}
    assert not set(TABLES.values()) & names
    migrate_database(path, QUIET)
    assert add(path, table) == 2
    assert run_sql(path, DEPENDENT_ROWS[table]) == [(1,)]
