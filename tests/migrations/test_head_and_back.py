"""From the newest version back to any older one and up again (M6): same tables, same rows."""

import contextlib
import re
import shutil
import sqlite3

import pytest

from app import create_app
from app.core.db import db
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from app.migrations.schema_comparison import compare_schemas, describe_schema
from tests.conftest import _settings
from tests.migrations.sample_migrations import QUIET, make_database, run_sql
from tests.sample_people import create_test_users
from tests.whole.sample_data import fill_sample_data

NEWEST = len(find_migrations())
PEOPLE = "SELECT id, name, phone FROM community_members ORDER BY id"
# Of the migrations themselves, which are counted up both ways, of SQLite, and the words of the
# searches, which are made anew.
WITH_OTHER_ROWS = re.compile("schema_migration|schema_change|sqlite_|_search")


def read_schema(path):
    """The schema of a database file, described."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return describe_schema(connection)


def count_rows(path):
    """The number of rows in each table."""
    names = run_sql(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = [name for (name,) in names if not WITH_OTHER_ROWS.search(name)]
    counts = [f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables]
    return dict(run_sql(path, " UNION ALL ".join(counts)))


@pytest.fixture
def find_schema(tmp_path):
    """The schema of a version, as its migrations make it from nothing."""
    return lambda version: read_schema(make_database(tmp_path / "nothing.db", version))


@pytest.fixture
def filled_database(tmp_path):
    """A database with one of nearly everything, at the newest version."""
    path = make_database(tmp_path / "sms.db", NEWEST)
    app = create_app(_settings(path))
    create_test_users(app)
    fill_sample_data(app)
    with app.app_context():
        db.engine.dispose()
    return path


# The newest, which no user has yet; the others cannot change, and are tried in torture.
@pytest.mark.parametrize(
    "oldest", [NEWEST - 10, pytest.param(1, id="each", marks=pytest.mark.torture)]
)
def test_every_version_can_be_reached_from_the_newest_and_left_again(
    filled_database, find_schema, tmp_path, oldest
):
    newest_schema = read_schema(filled_database)
    people = run_sql(filled_database, PEOPLE)
    assert people
    counts = count_rows(filled_database)
    for version in range(NEWEST - 1, oldest - 1, -1):
        revert_migration(filled_database, version + 1, QUIET)
        assert compare_schemas(read_schema(filled_database), find_schema(version)) == [], version
        counts_here = count_rows(filled_database)
        assert counts_here.items() <= counts.items(), version
        copy = shutil.copy(filled_database, tmp_path / f"from{version}.db")
        migrate_database(copy, QUIET)
        assert compare_schemas(read_schema(copy), newest_schema) == [], version
        assert run_sql(copy, PEOPLE) == people
        assert counts_here.items() <= count_rows(copy).items(), version


def test_an_index_that_an_older_release_left_behind_is_no_obstacle(tmp_path):
    path = tmp_path / "sms.db"
    migrate_database(path, QUIET, find_migrations()[:4])
    run_sql(path, "CREATE INDEX ix_webhook_events_waits ON webhook_events (id)")
    migrate_database(path, QUIET)
    (sql,) = run_sql(path, "SELECT sql FROM sqlite_master WHERE name = 'ix_webhook_events_waits'")[
        0
    ]
    assert "return_waits" in sql
