"""What can be wrong inside a database that opens: one line each, with what to do.

No line holds a number or a name.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.dbdoctor.schema_drift import find_schema_drift
from app.migrations import database_file, migration_runner
from app.migrations.migration_errors import DatabaseDamaged, MigrationError

SUCCESS_STATUSES_SQL = "('accepted', 'sent', 'no_receipt', 'delivered')"
FAILURE_STATUSES_SQL = "('failed', 'undelivered', 'opted_out')"
BLAST_COUNTS_SQL = (
    "SELECT message_log_id, count(*) AS total, "
    f"sum(status IN {SUCCESS_STATUSES_SQL}) AS success, sum(status IN {FAILURE_STATUSES_SQL}) AS failure "
    "FROM messages WHERE message_log_id IS NOT NULL GROUP BY message_log_id"
)
RESTORE_ADVICE = "Restore a backup: python -m app.dbdoctor --restore FILE."
REPAIR_ADVICE = "Put it right: python -m app.dbdoctor --repair."
MAX_SHOWN_IDS = 5
SEARCH_TABLES = {"community_search": "members", "inbox_search": "texts"}


@dataclass(frozen=True)
class ConsistencyCheck:
    """A question that should have no answer: `sql` finds the ids of what is wrong; `sentence`
    takes them.
    """

    sql: str
    message_template: str

    def describe_violations(self, connection: sqlite3.Connection) -> str | None:
        """The finding, or None; None too where a table or column is missing: that was said
        already.
        """
        try:
            ids = [
                str(row[0])
                for row in connection.execute(
                    f"SELECT * FROM ({self.sql}) LIMIT {MAX_SHOWN_IDS + 1}"
                )
            ]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_ERROR":
                raise
            return None
        shown = ", ".join(ids[:MAX_SHOWN_IDS]) + (" and more" if len(ids) > MAX_SHOWN_IDS else "")
        return self.message_template.format(ids=shown) if ids else None


CONSISTENCY_CHECKS = (
    ConsistencyCheck(
        f"SELECT l.id FROM message_logs l JOIN ({BLAST_COUNTS_SQL}) c ON c.message_log_id = l.id "
        "WHERE (l.total_recipients, l.success_count, l.failure_count) <> (c.total, c.success, c.failure)",
        f"The counts of blast {{ids}} disagree with its rows. {REPAIR_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT id FROM message_logs l WHERE total_recipients > 0 AND details IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM messages WHERE message_log_id = l.id)",
        f"Blast {{ids}} says that it has people, but its rows are gone. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT DISTINCT message_log_id FROM messages WHERE message_log_id IS NOT NULL "
        "GROUP BY message_log_id, phone HAVING count(*) > 1",
        f"A number stands twice in blast {{ids}}. Stop that blast on its page; if it has not begun: {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT m.id FROM messages m "
        "LEFT JOIN (SELECT message_id, count(*) AS tries FROM attempts GROUP BY message_id) a "
        "ON a.message_id = m.id WHERE m.attempts <> ifnull(a.tries, 0)",
        f"Text {{ids}} has another number of attempts than it says. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT message_id FROM attempts GROUP BY message_id HAVING max(n) <> count(*) OR min(n) <> 1",
        f"The attempts of text {{ids}} are not numbered 1, 2, 3. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT min(id) FROM attempts GROUP BY ref HAVING count(*) > 1 UNION "
        "SELECT min(id) FROM attempts WHERE provider_sid IS NOT NULL GROUP BY provider_sid HAVING count(*) > 1",
        f"Attempt {{ids}} shares its mark with another one. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT m.id FROM messages m JOIN message_logs l ON l.id = m.message_log_id WHERE m.carrier <> l.carrier",
        f"Text {{ids}} is marked for another carrier than its blast: practice and real are mixed. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT id FROM scheduled_messages WHERE status = 'processing' AND message_log_id IS NULL",
        "Scheduled blast {ids} is being sent but has no log, so nobody sends it. Make it again with New blast.",
    ),
    ConsistencyCheck(
        "SELECT s.id FROM scheduled_messages s JOIN message_logs l ON l.id = s.message_log_id "
        "WHERE s.status = 'processing' AND l.status IN ('sent', 'failed', 'cancelled')",
        f"Scheduled blast {{ids}} still says that it is being sent, but it has ended. {REPAIR_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT DISTINCT l.id FROM message_logs l JOIN messages m ON m.message_log_id = l.id "
        "WHERE l.status IN ('sent', 'failed', 'cancelled') AND m.status = 'queued'",
        "Blast {ids} has ended, but some of its texts still wait and are never sent. Make a new blast for them.",
    ),
    ConsistencyCheck(
        "SELECT count(*) FROM users WHERE EXISTS (SELECT 1 FROM users) HAVING count(*) > 0 AND sum(role = 'admin') = 0",
        f"There are users ({{ids}}), but no admin among them. {RESTORE_ADVICE}",
    ),
)


def examine_database(path: Path, *, complete: bool = True) -> list[str]:
    """Everything that is wrong with the database at `path`, one line each; empty when it is
    healthy.

    `complete=False` leaves out what the next start mends by itself (pending migrations). Raises
    MigrationProblem when the file cannot be understood at all.
    """
    found = _check_wal_file(path)
    todo = migration_runner.list_pending_migrations(path)
    with database_file.open_read_only(path) as connection:
        found += [*_check_integrity(connection, path), *_find_orphan_rows(connection)]
        if todo:
            pending = f"Pending: {', '.join(todo)}. Run: python -m app.dbdoctor --apply."
            return [*found, pending] if complete else found
        differences = find_schema_drift(connection)
        found += [f"{line} {RESTORE_ADVICE}" for line in differences]
        found += [
            line for check in CONSISTENCY_CHECKS if (line := check.describe_violations(connection))
        ]
    return found if differences else [*found, *_check_search_tables(path)]


def _check_wal_file(path: Path) -> list[str]:
    """A crash leaves -wal and -shm; -shm alone means that somebody deleted the other one."""
    log, index = (path.with_name(path.name + ending) for ending in ("-wal", "-shm"))
    if index.exists() and not log.exists():
        return [
            f"{log.name} was deleted by hand: the newest changes may be lost. Compare with a backup."
        ]
    return []


def _check_integrity(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({MAX_SHOWN_IDS})"):
        if line != "ok":
            yield str(DatabaseDamaged(path, " ".join(str(line).split())))


def _find_orphan_rows(connection: sqlite3.Connection) -> Iterator[str]:
    seen = {(row[0], row[2]) for row in connection.execute("PRAGMA foreign_key_check")}
    for table, parent in sorted(seen):
        yield f"Rows of {table} point to rows of {parent} that are gone. {RESTORE_ADVICE}"


def _check_search_tables(path: Path) -> Iterator[str]:
    """Whether the searches find exactly what is there.

    (FTS5 answers only as a write; it is rolled back.)
    """
    for table, what in SEARCH_TABLES.items():
        with database_file.open_for_writing(path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute(
                    f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)"
                )
            except sqlite3.DatabaseError as error:
                if not error.sqlite_errorname.startswith("SQLITE_CORRUPT"):
                    raise
                yield f"The search does not agree with the {what}. {REPAIR_ADVICE}"
            finally:
                connection.execute("ROLLBACK")


def require_no_pending_migrations(path: Path) -> None:
    """Raises MigrationProblem when the database is not at the code's version."""
    if migration_runner.list_pending_migrations(path):
        raise MigrationError("Migrations are pending. Run first: python -m app.dbdoctor --apply.")


def repair_database(path: Path) -> None:
    """Compute again what other rows tell: the search, the counts of blasts, the ends of
    scheduled blasts.

    Only for a database that `may_be_repaired`.
    """
    with database_file.open_for_writing(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for table in SEARCH_TABLES:
            connection.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")
        connection.execute(
            "UPDATE message_logs SET total_recipients = c.total, success_count = c.success, failure_count = c.failure "
            f"FROM ({BLAST_COUNTS_SQL}) c WHERE c.message_log_id = message_logs.id"
        )
        connection.execute(
            "UPDATE scheduled_messages SET status = l.status, "
            "sent_at = CASE l.status WHEN 'sent' THEN l.finished_at END "
            "FROM message_logs l WHERE l.id = scheduled_messages.message_log_id "
            "AND scheduled_messages.status = 'processing' AND l.status IN ('sent', 'failed', 'cancelled')"
        )
        connection.execute("COMMIT")
