"""From the newest version back to any older one and up again: the same tables, the same people."""

import contextlib
import shutil
import sqlite3

import pytest

from app import create_app
from app.core.db import db
from app.demo import load_demo_data
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from app.migrations.schema_comparison import compare_schemas, describe_schema
from tests.conftest import _settings
from tests.migrations.sample_migrations import QUIET, run_sql

NEWEST = len(find_migrations())
PEOPLE = "SELECT id, name, phone FROM community_members ORDER BY id"


def read_schema(path):
    """The schema of a database file, described."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return describe_schema(connection)


@pytest.fixture(scope="module")
def schemas(tmp_path_factory):
    """The schema of each version, as its migrations make it from nothing."""
    path = tmp_path_factory.mktemp("schemas") / "sms.db"
    found = []
    for version in range(1, NEWEST + 1):
        migrate_database(path, QUIET, find_migrations()[:version])
        found.append(read_schema(path))
    return found


@pytest.fixture
def filled_database(tmp_path):
    """A made-up organisation's database at the newest version."""
    path = tmp_path / "sms.db"
    migrate_database(path, QUIET)
    app = create_app(_settings(path))
    with app.app_context():
        load_demo_data()
        db.engine.dispose()
    return path


def test_every_version_can_be_reached_from_the_newest_and_left_again(
    filled_database, schemas, tmp_path
):
    people = run_sql(filled_database, PEOPLE)
    for version in range(NEWEST - 1, 0, -1):
        revert_migration(filled_database, version + 1, QUIET)
        expected = schemas[version - 1]
        assert compare_schemas(read_schema(filled_database), expected) == [], version
        copy = shutil.copy(filled_database, tmp_path / f"from{version}.db")
        migrate_database(copy, QUIET)
        assert compare_schemas(read_schema(copy), schemas[-1]) == [], version
        assert run_sql(copy, PEOPLE) == people


def test_an_index_that_an_older_release_left_behind_is_no_obstacle(tmp_path):
    path = tmp_path / "sms.db"
    migrate_database(path, QUIET, find_migrations()[:4])
    run_sql(path, "CREATE INDEX ix_webhook_events_waits ON webhook_events (id)")
    migrate_database(path, QUIET)
    (sql,) = run_sql(path, "SELECT sql FROM sqlite_master WHERE name = 'ix_webhook_events_waits'")[
        0
    ]
    assert "return_waits" in sql
