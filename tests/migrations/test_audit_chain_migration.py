"""0063_audit_chain, 0067_audit_user_index: rows keep what they had, names can be erased."""

import json
import sqlite3

import pytest

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

USERS = """INSERT INTO users (id, username, password_hash, session_key, created_at)
    VALUES (1, 'ada', 'h', 'k', '2026-02-01 00:00:00.000000')"""
HASHES = ["a" * 64, "b" * 64]
DETAILS = (
    {"count": 2, "names": "Zoe, Leo", "hashes": HASHES},
    {"names": "erased", "hashes": []},
    {"names": "Christmas Day"},
    {"role": ["a", "b"]},
)
ROW = "INSERT INTO audit_events (at, who, verb, details) VALUES ('{}', 'ada', 'x.y', '{}')"
COLUMNS = "id, at, who, verb, about, details, client_ip, request_id"
ERASE = """UPDATE audit_events SET people = '{"names": "erased"}' WHERE id = 1"""
REPLACE = "INSERT OR REPLACE INTO audit_events (id, who, verb) VALUES (1, 'eve', 'x')"


@pytest.fixture
def before(tmp_path):
    """A database of version 62: one row of before Ada was added, and four of hers."""
    path = tmp_path / "sms.db"
    make_database(path, 62)
    run_sql(path, USERS)
    for details in DETAILS:
        run_sql(path, ROW.format("2026-03-01 00:00:00.000000", json.dumps(details)))
    run_sql(path, ROW.format("2026-01-01 00:00:00.000000", "not JSON"))
    return path


def test_people_move_to_their_column_and_rows_get_the_ids_of_users(before):
    migrate_database(before, QUIET, find_migrations()[:63])
    rows = run_sql(before, "SELECT user_id, details, people FROM audit_events ORDER BY id")
    assert [user_id for user_id, _, _ in rows] == [1, 1, 1, 1, None]
    assert [details and details.replace(" ", "") for _, details, _ in rows] == [
        '{"count":2}',
        None,
        '{"names":"ChristmasDay"}',
        '{"role":["a","b"]}',
        "notJSON",
    ]
    people = json.loads(rows[0][2])
    assert people.pop("salt")
    assert people == {"names": "Zoe, Leo", "hashes": HASHES}
    assert rows[1][2] == '{"names": "erased"}'
    assert run_sql(before, "SELECT * FROM audit_people") == [(hash_, 1) for hash_ in HASHES]


@pytest.mark.parametrize("statement", [REPLACE, "UPDATE audit_events SET who = 'eve'"])
def test_rows_can_be_erased_and_nothing_else(before, statement):
    migrate_database(before, QUIET, find_migrations()[:63])
    run_sql(before, ERASE)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        run_sql(before, statement)


def test_the_way_back_is_whole(before):
    def read():
        rows = run_sql(before, f"SELECT {COLUMNS} FROM audit_events ORDER BY id")
        return [[str(value).replace(" ", "") for value in row] for row in rows]

    as_it_was = read()
    migrate_database(before, QUIET, find_migrations()[:63])
    revert_migration(before, 63, QUIET)
    assert [sorted("".join(row)) for row in read()] == [sorted("".join(row)) for row in as_it_was]
