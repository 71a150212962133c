"""0032_audiences: blasts to one group become blasts to an audience, and back."""

import sqlite3

import pytest

from app.domain.audiences.audience_rules import (
    AudiencePart,
    AudienceRule,
    PartKind,
    hash_audience,
    write_audience,
)
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

BEFORE = 31
GROUPS = "INSERT INTO groups (name, folded_name) VALUES ('Choir', 'choir'), ('Youth', 'youth')"
LOG = (
    "INSERT INTO message_logs (message_body, target, audience_group_id, audience_group_name) "
    "VALUES ('{0}', '{1}', {2}, {3})"
)
SCHEDULED = (
    "INSERT INTO scheduled_messages (scheduled_at, message_body, target, audience_group_id, "
    "audience_group_name, message_log_id) VALUES ('2026-01-01', '{0}', '{1}', {2}, {3}, {4})"
)
TEXT = (
    "INSERT INTO messages (kind, phone, body, status, message_log_id) "
    "VALUES ('blast', '+13035550142', 'Sing', 'accepted', 1)"
)
FORMER_ROWS = (
    GROUPS,
    LOG.format("Sing", "event", 1, "'Choir'"),
    LOG.format("Hi", "community", "NULL", "NULL"),
    LOG.format("Gone", "event", "NULL", "'Old'"),
    TEXT,
    SCHEDULED.format("Sing", "event", 1, "'Choir'", 1),
    SCHEDULED.format("Next", "event", 2, "'Youth'", "NULL"),
    SCHEDULED.format("All", "community", "NULL", "NULL", "NULL"),
)
READ_FORMER = "SELECT message_body, target, audience_group_id, audience_group_name FROM {}"
READ_NEW = (
    "SELECT b.message_body, b.target, p.ref_id, p.name FROM {} b "
    "LEFT JOIN audience_parts p ON p.audience_id = b.audience_id ORDER BY b.id"
)


@pytest.fixture
def former(tmp_path):
    """A database before 0032 with blasts to groups."""
    path = tmp_path / "sms.db"
    make_database(path, BEFORE)
    run_sql(path, *FORMER_ROWS)
    return path


def read_all(path, sql):
    """Return what a statement reads of the released and of the scheduled blasts."""
    tables = ("message_logs", "scheduled_messages")
    return [row for table in tables for row in run_sql(path, sql.format(table))]


def go_back(path):
    revert_migration(path, BEFORE + 1, QUIET)


def test_blasts_to_a_group_are_blasts_to_an_audience_and_back(former):
    before = read_all(former, READ_FORMER)
    migrate_database(former, QUIET, find_migrations()[: BEFORE + 1])
    assert read_all(former, READ_NEW) == [
        (body, "audience" if name else target, group_id, name)
        for body, target, group_id, name in before
    ]
    assert run_sql(former, "PRAGMA foreign_key_check") == []
    choir = run_sql(former, "SELECT rule, rule_hash, sentence FROM audiences WHERE id = 2")
    rule = AudienceRule((AudiencePart(PartKind.GROUP, 1),))
    assert choir == [(write_audience(rule), hash_audience(rule), "Group: Choir")]
    counted = run_sql(
        former,
        "UPDATE messages SET status = 'delivered'",
        "UPDATE messages SET status = 'failed'",
        "SELECT failure_count FROM message_logs WHERE id = 1",
    )
    assert counted == [(1,)]
    go_back(former)
    assert read_all(former, READ_FORMER) == before


def test_back_every_other_audience_is_an_event_that_is_not_there(former):
    """It reaches nobody; so does a narrowed group, which the former columns cannot express."""
    migrate_database(former, QUIET, find_migrations()[: BEFORE + 1])
    run_sql(
        former,
        "UPDATE audiences SET is_texted_today_excluded = 1 WHERE id = 2",
        "INSERT INTO audience_parts (audience_id, role, kind, ref_id, name) "
        "VALUES (3, 'exclude', 'group', 1, 'Choir')",
    )
    go_back(former)
    rows = read_all(former, READ_FORMER)
    assert {row[1:] for row in rows if row[0] in ("Sing", "Next")} == {("event", None, None)}


def test_a_list_that_is_deleted_never_means_the_next_one_with_its_number(former):
    migrate_database(former, QUIET, find_migrations()[: BEFORE + 1])
    again = "INSERT INTO groups (id, name, folded_name) VALUES (2, 'Elders', 'elders')"
    run_sql(former, "DELETE FROM groups WHERE id = 2", again)
    assert run_sql(former, "SELECT ref_id FROM audience_parts WHERE name = 'Youth'") == [(None,)]


def test_an_audience_is_not_deleted_under_a_blast(former):
    migrate_database(former, QUIET, find_migrations()[: BEFORE + 1])
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        run_sql(former, "PRAGMA foreign_keys=ON", "DELETE FROM audiences WHERE id = 2")


def test_0040_audiences_for_admins_are_those_of_sensitive_fields(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 39)
    run_sql(
        path,
        "INSERT INTO person_fields (name, folded_name, type, class) "
        "VALUES ('Care', 'care', 'text', 'sensitive'), ('Town', 'town', 'text', 'public')",
        "INSERT INTO segments (name, folded_name, rule) VALUES ('A', 'a', '{}'), ('B', 'b', '{}')",
        "INSERT INTO segment_references (segment_id, kind, ref_id) "
        "VALUES (1, 'field', 1), (2, 'field', 2)",
        "INSERT INTO audiences (rule, rule_hash, sentence) VALUES ('{}', '', ''), ('{}', '', '')",
        "INSERT INTO audience_parts (audience_id, role, kind, ref_id) "
        "VALUES (1, 'include', 'segment', 1), (2, 'include', 'segment', 2)",
    )
    migrate_database(path, QUIET, find_migrations()[:40])
    read = "SELECT is_for_admins FROM audiences ORDER BY id"
    assert run_sql(path, read) == [(1,), (0,)]
    revert_migration(path, 40, QUIET)
    assert run_sql(path, "SELECT count(*) FROM audiences") == [(2,)]
