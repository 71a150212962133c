"""Migration 0009_file_opt_outs over rows of imports, there and back."""

import contextlib
import sqlite3

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET

VERSION = 9


def test_0009_file_opt_outs_keeps_the_rows_and_back_makes_opt_outs_unreadable(tmp_path):
    path = tmp_path / "sms.db"
    migrations = find_migrations()
    migrate_database(path, QUIET, migrations[: VERSION - 1])
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO imports (created_by, file_name, state, row_count)"
            " VALUES ('ada', 'a', 'done', 1)"
        )
        connection.execute(
            "INSERT INTO import_rows (import_id, line, name, phone, verdict, person_id)"
            " VALUES (1, 2, 'Zoë', '+13035550142', 'new', 7)"
        )
    migrate_database(path, QUIET, migrations[:VERSION])
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO import_rows (import_id, line, phone, verdict)"
            " VALUES (1, 3, '+13035550143', 'opted_out')"
        )
        connection.execute("UPDATE imports SET opted_out_count = 1")
        row = connection.execute("SELECT name, person_id, is_landline FROM import_rows").fetchone()
        assert row == ("Zoë", 7, 0)
    revert_migration(path, VERSION, QUIET, migrations[:VERSION])
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT line, verdict, person_id FROM import_rows ORDER BY line")
        assert rows.fetchall() == [(2, "new", 7), (3, "bad", None)]
        assert connection.execute("SELECT bad_count FROM imports").fetchone() == (1,)
