"""0048_sending_limits: an upgrade brings no limits, and a limit of nothing is refused."""

import sqlite3

import pytest

from app.migrations.migration_runner import revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql


def test_limits_are_unset_after_an_upgrade_and_never_zero(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 48)
    assert run_sql(path, "SELECT * FROM sending_limits") == []
    for column in ("person_texts_a_day", "person_texts_a_week", "budget_a_month"):
        with pytest.raises(sqlite3.IntegrityError):
            run_sql(path, f"INSERT INTO sending_limits (id, {column}) VALUES (1, 0)")
    with pytest.raises(sqlite3.IntegrityError):
        run_sql(path, "INSERT INTO sending_limits (id, day_limit_rule) VALUES (1, 'fixed')")
    run_sql(path, "INSERT INTO sending_limits (id) VALUES (1)")
    revert_migration(path, 48, QUIET)
    assert run_sql(path, "SELECT 1 FROM sqlite_master WHERE name LIKE 'sending_%'") == []
