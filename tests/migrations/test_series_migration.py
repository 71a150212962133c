"""0047_recurring_blasts: what waits of a series is sent once when series are taken out again."""

import sqlite3

import pytest

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

ADD_SERIES = (
    "INSERT INTO blast_series (body, target, carrier, timezone, rule, time_of_day, starts_on,"
    " created_by) VALUES ('Hi', 'community', 'sandbox', 'UTC', '{}', '10:00', '2026-11-29', 'sol')"
)
ADD_BLAST = (
    "INSERT INTO scheduled_messages (scheduled_at, message_body, target, series_id) "
    "VALUES ('2026-11-29', 'Hi', 'community', 1)"
)


def test_a_series_has_one_blast_that_waits(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 47)
    run_sql(path, ADD_SERIES, ADD_BLAST)
    with pytest.raises(sqlite3.IntegrityError):
        run_sql(path, ADD_BLAST)
    run_sql(path, "UPDATE scheduled_messages SET status = 'sent'", ADD_BLAST)
    revert_migration(path, 47, QUIET)
    assert run_sql(path, "SELECT status FROM scheduled_messages ORDER BY id") == [
        ("sent",),
        ("pending",),
    ]
    migrate_database(path, QUIET, find_migrations()[:47])
    assert run_sql(path, "SELECT series_id FROM scheduled_messages") == [(None,), (None,)]
