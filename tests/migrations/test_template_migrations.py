"""Templates come into a database with texts in it, and can be taken out again."""

import sqlite3

import pytest

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

ADD_TEMPLATE = (
    "INSERT INTO message_templates (name, folded_name, purpose) VALUES ('A', 'a', 'blast')"
)
ADD_VERSION = (
    "INSERT INTO message_template_versions (template_id, language, number, body, character_count,"
    " segments) VALUES (1, 'en', 1, 'Hi', 2, 1)"
)
ADD_BLAST = (
    "INSERT INTO message_logs (message_body, target, template_version_id) "
    "VALUES ('Hi', 'community', 1)"
)


@pytest.fixture
def database(tmp_path):
    """A database of before 0043 with a text in it, brought to 0043_message_templates."""
    path = tmp_path / "sms.db"
    make_database(path, 42)
    run_sql(
        path,
        "INSERT INTO messages (kind, phone, body, status) "
        "VALUES ('reply', '+13035550142', 'Hi', 'sent')",
    )
    migrate_database(path, QUIET, find_migrations()[:43])
    return path


def test_0043_message_templates_keeps_texts_there_and_back(database):
    assert run_sql(database, "SELECT body, template_version_id FROM messages") == [("Hi", None)]
    for statement in (ADD_TEMPLATE, ADD_VERSION, ADD_BLAST):
        run_sql(database, statement)
    revert_migration(database, 43, QUIET)
    assert run_sql(database, "SELECT message_body FROM message_logs") == [("Hi",)]
    assert run_sql(database, "SELECT body FROM messages") == [("Hi",)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE message_template_versions SET body = 'Other'",
        "DELETE FROM message_template_versions",
        "UPDATE message_templates SET archived_at = '2026-01-01'",
        ADD_TEMPLATE,
        ADD_VERSION,
    ],
)
def test_the_database_itself_keeps_versions_as_they_are(database, statement):
    run_sql(database, ADD_TEMPLATE)
    run_sql(database, ADD_VERSION)
    with pytest.raises(sqlite3.IntegrityError):
        run_sql(database, statement)


def test_a_template_goes_with_its_versions_only_while_no_text_was_made_from_it(database):
    run_sql(database, ADD_TEMPLATE)
    run_sql(database, ADD_VERSION)
    run_sql(database, "UPDATE message_templates SET usage_count = 1")
    with pytest.raises(sqlite3.IntegrityError):
        run_sql(database, "DELETE FROM message_templates")
    run_sql(database, "UPDATE message_templates SET usage_count = 0")
    run_sql(database, "PRAGMA foreign_keys = ON", "DELETE FROM message_templates")
    assert run_sql(database, "SELECT count(*) FROM message_template_versions") == [(0,)]
