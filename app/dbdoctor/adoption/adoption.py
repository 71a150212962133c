"""Makes our database from one of the first design.

Its rows are written into the tables of our first version, and our own migrations bring them up:
they know how to make people, conversations and searches of such rows.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.dbdoctor import database_checks
from app.dbdoctor.adoption.adoption_report import AdoptionReport
from app.dbdoctor.adoption.former_blasts import write_logs, write_scheduled, write_texts
from app.dbdoctor.adoption.former_database import DATABASE_TIME_FORMAT, open_former_database
from app.dbdoctor.adoption.former_people import write_organisation, write_people, write_suppressions
from app.dbdoctor.adoption.former_surveys import write_keywords, write_sessions, write_surveys
from app.dbdoctor.adoption.row_writer import RowWriter
from app.dbdoctor.database_restore import lock_database
from app.migrations import database_backups, database_file
from app.migrations.migration_errors import MigrationError
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database

# What each migration did is no news of a database that is being made.
quiet_log = logging.getLogger(__name__)
quiet_log.setLevel(logging.WARNING)
# The versions that first have tables for texts, and for sessions of surveys and keywords.
FIRST_TABLES_VERSION = 1
LATER_TABLES_VERSION = 5
# In the order in which rows name each other.
FIRST_WRITERS = (
    write_organisation,
    write_people,
    write_logs,
    write_suppressions,
    write_surveys,
    write_scheduled,
    write_texts,
)
LATER_WRITERS = (write_sessions, write_keywords)
NEXT_STEPS = (
    "Stop the former program for good before you start this one: two programs would text people "
    "twice.",
    "Everyone signs in with their user name and password of before.",
    "What people texted since this copy was made, STOP too, is fetched from Twilio at the start.",
)


def adopt_database(source: Path, target: Path) -> list[str]:
    """Create the database `target` from `source`, which is only read; return the report's lines.

    Raises MigrationError, and leaves nothing behind, when `target` exists already or `source` is
    no database of the first design.
    """
    if target.exists() and target.stat().st_size:
        raise MigrationError(
            f"{target} exists already. Adopting makes a new database: move it away first, or set "
            "DATABASE_URL to another file."
        )
    report = AdoptionReport()
    database_file.create_parent_folder(target)
    folder = Path(tempfile.mkdtemp(prefix=".adopting-", dir=target.parent))
    try:
        draft = folder / target.name
        _fill_draft(source, draft, report)
        with lock_database(target):
            _move_into_place(draft, target)
            with database_file.open_for_writing(target) as connection:
                database_file.enable_wal(connection)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [*report.list_lines(), *NEXT_STEPS]


def _fill_draft(source: Path, draft: Path, report: AdoptionReport) -> None:
    migrations = find_migrations()
    moment = datetime.now(UTC).strftime(DATABASE_TIME_FORMAT)
    with open_former_database(source) as former:
        migrate_database(draft, quiet_log, migrations[:FIRST_TABLES_VERSION])
        with database_file.open_for_writing(draft) as connection:
            writer = RowWriter(former, connection, moment, report)
            _write_at_once(writer, FIRST_WRITERS)
        migrate_database(draft, quiet_log, migrations[:LATER_TABLES_VERSION])
        with database_file.open_for_writing(draft) as connection:
            writer = RowWriter(former, connection, moment, report)
            _write_at_once(writer, LATER_WRITERS)
    migrate_database(draft, quiet_log)
    database_checks.repair_database(draft)


def _write_at_once(writer: RowWriter, writers: Sequence[Callable[[RowWriter], None]]) -> None:
    # The first design did not enforce its own: rows of deleted things are left, and said.
    writer.connection.execute("PRAGMA foreign_keys = ON")
    # Whatever fails, the draft is thrown away.
    writer.connection.execute("BEGIN IMMEDIATE")
    for write in writers:
        write(writer)
    writer.connection.execute("COMMIT")


def _move_into_place(draft: Path, target: Path) -> None:
    """Put the finished database into its place as one file, complete or not at all."""
    part = draft.with_suffix(".copy")
    database_backups.copy_database(draft, part)
    os.replace(part, target)
    database_backups.sync_folder(target.parent)
