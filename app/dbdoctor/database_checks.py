"""Checks a database that opens: one line for each problem, with what to do about it.

No line holds a phone number or a name.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.dbdoctor.consistency_checks import (
    BLAST_COUNTS_SQL,
    CONSISTENCY_CHECKS,
    MAX_SHOWN_IDS,
    REPAIR_ADVICE,
    RESTORE_ADVICE,
)
from app.dbdoctor.person_checks import repair_people
from app.dbdoctor.schema_drift import find_schema_drift
from app.dbdoctor.schema_repair import recreate_schema_objects
from app.migrations import database_file, migration_runner
from app.migrations.migration_errors import DatabaseDamaged, MigrationError

RECREATABLE_PREFIXES = ("The index ", "The trigger ", "The search table ")
# The program cuts it to 16 MB whenever nobody reads.
LARGE_WAL_BYTES = 64 * 2**20
SEARCH_TABLES = {"community_search": "members", "inbox_search": "texts"}


def examine_database(path: Path, *, complete: bool = True) -> list[str]:
    """Return every problem of the database at `path` as one line each; [] when it is healthy.

    `complete=False` leaves out pending migrations, which the next start applies. Raises
    MigrationError when the file cannot be read at all.
    """
    problems = _check_wal_file(path)
    pending_names = migration_runner.list_pending_migrations(path)
    with database_file.open_read_only(path) as connection:
        problems += _check_integrity(connection, path)
        problems += _find_orphan_rows(connection)
        # The other checks are written for the newest schema.
        if pending_names:
            if complete:
                names = ", ".join(pending_names)
                problems.append(f"Pending: {names}. Run: python -m app.dbdoctor --apply.")
            return problems
        differences = find_schema_drift(connection)
        problems += [f"{difference} {_advise(difference)}" for difference in differences]
        sentences = (check.describe_violations(connection) for check in CONSISTENCY_CHECKS)
        problems += filter(None, sentences)
    if not differences:
        problems += _check_search_tables(path)
    return problems


def _advise(difference: str) -> str:
    """Return what to do about one difference between the database and the models."""
    if difference.endswith("should not be there."):
        return "SMS Admin did not create it and does not use it. Ask who added it."
    if difference.startswith(RECREATABLE_PREFIXES):
        return REPAIR_ADVICE
    return RESTORE_ADVICE


def _check_wal_file(path: Path) -> list[str]:
    wal_file = path.with_name(f"{path.name}-wal")
    shm_file = path.with_name(f"{path.name}-shm")
    # A crash leaves both files; one alone means that somebody deleted the other.
    if shm_file.exists() and not wal_file.exists():
        return [
            f"{wal_file.name} was deleted: the most recent changes may be lost. "
            "Compare with a backup."
        ]
    if wal_file.exists() and wal_file.stat().st_size > LARGE_WAL_BYTES:
        return [
            f"{wal_file.name} is large ({wal_file.stat().st_size // 2**20} MB): another program "
            "may be reading it (a database viewer?), or SMS Admin stopped unexpectedly. "
            "Close other programs that use the database, then restart SMS Admin. Never "
            "delete this file."
        ]
    return []


def _check_integrity(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({MAX_SHOWN_IDS})"):
        if line != "ok":
            yield str(DatabaseDamaged(path, " ".join(str(line).split())))


def _find_orphan_rows(connection: sqlite3.Connection) -> Iterator[str]:
    pairs = {(row[0], row[2]) for row in connection.execute("PRAGMA foreign_key_check")}
    for table, parent in sorted(pairs):
        yield f"Rows of {table} refer to missing rows of {parent}. {RESTORE_ADVICE}"


def _check_search_tables(path: Path) -> Iterator[str]:
    """Yield a line for each search table that disagrees with what it indexes."""
    for table, content in SEARCH_TABLES.items():
        with database_file.open_for_writing(path) as connection:
            # FTS5's check is an INSERT, and so needs a write transaction; it is rolled back
            # (https://www.sqlite.org/fts5.html, "The 'integrity-check' Command").
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute(
                    f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)"
                )
            except sqlite3.DatabaseError as error:
                if not error.sqlite_errorname.startswith("SQLITE_CORRUPT"):
                    raise
                yield f"The search index does not match the {content}. {REPAIR_ADVICE}"
            finally:
                connection.execute("ROLLBACK")


def require_no_pending_migrations(path: Path) -> None:
    """Raise MigrationError when the database is not at the code's version."""
    if migration_runner.list_pending_migrations(path):
        raise MigrationError("Migrations are pending. First run: python -m app.dbdoctor --apply.")


def rebuild_indexes(path: Path) -> None:
    """Make every index anew from its table. Raises MigrationError where rows contradict one."""
    with database_file.open_for_writing(path) as connection:
        try:
            connection.execute("REINDEX")
        except sqlite3.IntegrityError as error:
            raise MigrationError(
                f"An index cannot be created: two rows have the same value ({error}). "
                f"{RESTORE_ADVICE}"
            ) from error


def repair_database(path: Path) -> None:
    """Make anew what is derived from rows, and only that.

    Missing or wrong indexes, triggers and search tables; counts of blasts and groups; people of
    numbers; scheduled blasts' ends. Only for a database without pending migrations.
    """
    with database_file.open_for_writing(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        recreate_schema_objects(connection)
        for table in SEARCH_TABLES:
            connection.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")
        connection.execute(
            "UPDATE message_logs SET total_recipients = c.total, "
            "success_count = c.success, failure_count = c.failure "
            f"FROM ({BLAST_COUNTS_SQL}) c WHERE c.message_log_id = message_logs.id"
        )
        connection.execute(
            "UPDATE blast_replies SET message_log_id = m.message_log_id FROM messages m "
            "WHERE m.id = blast_replies.blast_message_id AND m.message_log_id IS NOT NULL "
            "AND m.message_log_id <> blast_replies.message_log_id"
        )
        connection.execute(
            "UPDATE groups SET member_count = (SELECT count(*) FROM group_members m "
            "WHERE m.group_id = groups.id AND m.until IS NULL)"
        )
        repair_people(connection)
        connection.execute(
            "UPDATE scheduled_messages SET status = l.status, "
            "sent_at = CASE l.status WHEN 'sent' THEN l.finished_at END "
            "FROM message_logs l WHERE l.id = scheduled_messages.message_log_id "
            "AND scheduled_messages.status = 'processing' "
            "AND l.status IN ('sent', 'failed', 'cancelled')"
        )
        connection.execute("COMMIT")
