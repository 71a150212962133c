"""0062_second_factors: nobody has one after it; the way back ends sessions that a proxy began."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

USERS = "INSERT INTO users (id, username, password_hash) VALUES (1, 'ada', 'hash of ada')"
SESSION = """INSERT INTO sessions (user_id, token_hash, session_key, ends_at)
    VALUES (1, '{}', '', '2026-12-27 09:30:00.000000')"""


def test_an_upgrade_asks_nobody_for_a_code_and_the_way_back_ends_the_proxys_sessions(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 61)
    run_sql(path, USERS)
    run_sql(path, SESSION.format("a"))
    migrate_database(path, QUIET, find_migrations()[:62])
    assert run_sql(path, "SELECT totp_secret, wrong_tries FROM users") == [(None, 0)]
    assert run_sql(path, "SELECT confirmed_at, by_proxy FROM sessions") == [(None, 0)]
    run_sql(path, SESSION.format("b"))
    run_sql(path, "UPDATE sessions SET by_proxy = 1 WHERE token_hash = 'b'")
    revert_migration(path, 62, QUIET)
    assert run_sql(path, "SELECT token_hash FROM sessions") == [("a",)]
