"""0059_account_links: an upgrade shuts nobody out, and the way back lets no disabled user in."""

import sqlite3

import pytest

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

USERS = """INSERT INTO users (id, username, password_hash, session_key)
    VALUES (1, 'ada', 'hash-of-ada', 'key-of-ada'), (2, 'sol', 'hash-of-sol', 'key-of-sol')"""
SESSION = """INSERT INTO sessions (user_id, token_hash, session_key, seen_at, ends_at)
    VALUES (1, 'x', 'key-of-ada', '2026-11-27 09:30:00.000000', '2026-12-27 09:30:00.000000')"""
LINK = """INSERT INTO account_links (user_id, kind, token_hash, ends_at)
    VALUES (2, 'invite', '{}', '2026-12-05 09:00:00.000000')"""


def test_an_upgrade_disables_nobody_and_the_way_back_lets_no_disabled_user_in(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 58)
    run_sql(path, USERS)
    run_sql(path, SESSION)
    migrate_database(path, QUIET, find_migrations()[:59])
    seen = run_sql(path, "SELECT username, disabled_at, last_seen_at FROM users ORDER BY id")
    assert seen == [("ada", None, "2026-11-27 09:30:00.000000"), ("sol", None, None)]
    run_sql(path, LINK.format("a"))
    with pytest.raises(sqlite3.IntegrityError):
        run_sql(path, LINK.format("b"))
    run_sql(path, "UPDATE users SET disabled_at = '2026-11-28 09:00:00.000000' WHERE id = 2")
    revert_migration(path, 59, QUIET)
    ada, sol = run_sql(path, "SELECT password_hash, session_key FROM users ORDER BY id")
    assert ada == ("hash-of-ada", "key-of-ada")
    assert sol[0] == "!"
    assert sol[1] != "key-of-sol"


def test_0060_permission_sets_on_the_way_back_nobody_may_do_more_than_the_set_said(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 59)
    run_sql(path, USERS)
    run_sql(path, "UPDATE users SET role = 'social_manager' WHERE id = 2")
    migrate_database(path, QUIET, find_migrations()[:60])
    run_sql(path, "INSERT INTO permission_sets (id, name, permissions) VALUES (1, 'Ours', '[]')")
    run_sql(path, "UPDATE users SET permission_set_id = 1")
    revert_migration(path, 60, QUIET)
    ada, sol = run_sql(path, "SELECT password_hash, session_key FROM users ORDER BY id")
    assert ada == ("hash-of-ada", "key-of-ada")
    assert sol[0] == "!"
    assert sol[1] != "key-of-sol"
