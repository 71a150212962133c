"""0032_audiences over a million blasts: the same references, triggers, indexes and rows after it.

`python -m tests.migrations.test_large_rebuild FILE` migrates in a process of its own, and prints
its seconds, those of the processor, MB of memory and MB of the write-ahead log.
"""

import contextlib
import re
import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, run_sql

ROOT = Path(__file__).resolve().parents[2]
VERSION = 32
ROWS = 1_000_000
# What the migration changes on purpose.
EXPECTED = re.compile("audience")
REBUILT = ("message_logs", "scheduled_messages")
MAX_MEMORY = 300  # MB
NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
# Every tenth blast was to a group, every hundredth to the results of the one before.
TARGET = "CASE WHEN i % 10 = 0 THEN 'event' ELSE 'community' END"
GROUP = "CASE WHEN i % 10 = 0 THEN 1 + i % 3 END"
RESULTS = (
    "CASE WHEN i % 100 = 1 AND i > 1 THEN i - 1 END, CASE WHEN i % 100 = 1 AND i > 1 THEN 'no' END"
)
FILLING = (
    "INSERT INTO groups (name, folded_name) VALUES ('Choir', 'choir'), "
    "('Youth', 'youth'), ('Old', 'old')",
    NUMBERS + "INSERT INTO message_logs (id, message_body, target, audience_group_id, "
    "audience_group_name, audience_log_id, audience_outcome, total_recipients, success_count, "
    f"details) SELECT i, 'Text ' || i, {TARGET}, {GROUP}, {GROUP}, {RESULTS}, 1, 1, "
    "hex(randomblob(20)) FROM n",
    NUMBERS + "INSERT INTO scheduled_messages (id, scheduled_at, message_body, target, "
    "audience_group_id, audience_group_name, audience_log_id, audience_outcome, message_log_id, "
    f"client_token, status) SELECT i, '2026-01-01', 'Text ' || i, {TARGET}, {GROUP}, {GROUP}, "
    f"{RESULTS}, i, hex(randomblob(16)), 'sent' FROM n",
    NUMBERS + "INSERT INTO messages (id, kind, phone, body, status, message_log_id) "
    "SELECT i, 'blast', '+1303' || (5000000 + i % 100000), 'Text ' || i, 'delivered', i FROM n",
    NUMBERS + "INSERT INTO blast_replies (blast_message_id, message_log_id, reply_id, replied_at) "
    "SELECT i, i, i, '2026-01-01' FROM n WHERE i % 5 = 0",
    NUMBERS + "INSERT INTO blast_topics (message_log_id, group_id) "
    "SELECT i, 1 FROM n WHERE i % 10 = 0",
    NUMBERS + "INSERT INTO alerts (words, message_log_id) "
    "SELECT 'It stopped', i FROM n WHERE i % 1000 = 0",
    "ANALYZE",
)
TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture
def former(tmp_path):
    """A database before 0032 with so many blasts, each with a text."""
    path = tmp_path / "sms.db"
    migrate_database(path, QUIET, find_migrations()[: VERSION - 1])
    with contextlib.closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute(TRIGGERS).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in FILLING:
            connection.execute(statement.format(rows=ROWS))
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
    return path


def read_objects(path):
    """Return the statement of each index, trigger and other table that 0032 must not change."""
    rows = run_sql(path, "SELECT name, sql FROM sqlite_master WHERE sql NOT NULL")
    return {name: sql for name, sql in rows if name not in REBUILT and not EXPECTED.search(name)}


def read_references(path):
    """Return every foreign key of every table, except to what is new."""
    tables = run_sql(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
    return {
        (table, *key[2:])
        for (table,) in tables
        for key in run_sql(path, f"PRAGMA foreign_key_list('{table}')")
        if not EXPECTED.search(table) and not EXPECTED.search(key[3])
    }


def sum_rows(path):
    """Return figures over all columns that stay, of both tables."""
    sums = []
    for table in REBUILT:
        sums += run_sql(
            path,
            "SELECT count(*), sum(id), sum(length(message_body)), count(audience_log_id), "
            f"sum(audience_log_id), count(audience_outcome), min(created_at), max(created_at), "
            f"count(DISTINCT status) FROM {table}",
        )
    sums += run_sql(path, "SELECT sum(length(details)), sum(success_count) FROM message_logs")
    sums += run_sql(
        path,
        "SELECT count(DISTINCT client_token), min(client_token), max(client_token), "
        "sum(message_log_id) FROM scheduled_messages",
    )
    return sums


def migrate_measured(path):
    """Migrate in a process of its own; return its seconds, those of the processor, MB of memory
    and MB of the log.
    """
    command = [sys.executable, "-m", "tests.migrations.test_large_rebuild", path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


@pytest.mark.torture
def test_a_million_blasts_are_rebuilt_and_all_around_them_stays(former, capsys):
    before = read_objects(former), read_references(former), sum_rows(former)
    statistics = (
        "SELECT tbl, idx, stat FROM sqlite_stat1 WHERE idx NOT LIKE '%audience%' ORDER BY 1, 2"
    )
    figures = run_sql(former, statistics)
    size = former.stat().st_size / 1e6
    seconds, processor, memory, log = migrate_measured(former)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{ROWS:,} rows in each of 3 tables, {size:,.0f} MB: {seconds:.1f} s with its copy "
            f"({processor:.1f} s of the processor), {memory:.0f} MB of memory, log {log:,.0f} MB, "
            f"then {former.stat().st_size / 1e6:,.0f} MB\n"
        )
    assert (read_objects(former), read_references(former), sum_rows(former)) == before
    assert run_sql(former, statistics) == figures
    assert run_sql(former, "PRAGMA foreign_key_check") == []
    assert run_sql(former, "PRAGMA integrity_check") == [("ok",)]
    targets = "SELECT target, count(*), count(audience_id) FROM {} GROUP BY target ORDER BY target"
    tenth = ROWS // 10
    for table in REBUILT:
        assert run_sql(former, targets.format(table)) == [
            ("audience", tenth, tenth),
            ("community", ROWS - tenth, 0),
        ]
    assert memory < MAX_MEMORY
    revert_migration(former, VERSION, QUIET, find_migrations()[:VERSION])
    assert (read_objects(former), read_references(former), sum_rows(former)) == before
    assert run_sql(former, "PRAGMA foreign_key_check") == []


def main(path):
    """Migrate one version, and print what it took."""
    start = time.monotonic()
    with contextlib.closing(sqlite3.connect(path)) as reader:
        # As long as another connection is open, the log is not removed.
        reader.execute("SELECT count(*) FROM alerts").fetchone()
        migrate_database(path, QUIET, find_migrations()[:VERSION])
        seconds = time.monotonic() - start
        log = Path(f"{path}-wal").stat().st_size / 1e6
    used = resource.getrusage(resource.RUSAGE_SELF)
    processor = used.ru_utime + used.ru_stime
    sys.stdout.write(f"{seconds:.2f} {processor:.2f} {used.ru_maxrss / 1e3:.0f} {log:.0f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
