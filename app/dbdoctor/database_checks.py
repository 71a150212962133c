"""Runs the checks of a database that opens, and makes anew what can be.

No finding holds a phone number or a name.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.dbdoctor.audit_checks import examine_audit
from app.dbdoctor.check import RESTORE_ADVICE, Finding, Severity
from app.dbdoctor.consistency_checks import BLAST_COUNTS_SQL, CONSISTENCY_CHECKS, TEXTED_SQL
from app.dbdoctor.content_checks import SURVEY_COUNTS_SQL
from app.dbdoctor.file_checks import examine_files, tidy_files
from app.dbdoctor.file_settings_checks import examine_file_settings
from app.dbdoctor.integrity_checks import (
    DAMAGED,
    SEARCH_TABLES,
    check_integrity,
    check_search_tables,
    find_orphan_rows,
)
from app.dbdoctor.migration_checks import PENDING, find_pending_migrations, find_strange_records
from app.dbdoctor.person_checks import repair_people
from app.dbdoctor.schema_checks import find_schema_differences
from app.dbdoctor.schema_repair import recreate_schema_objects
from app.dbdoctor.value_checks import find_strange_values
from app.domain.texts.name_folding import fold_name
from app.migrations import database_file, migration_runner
from app.migrations.migration_errors import MigrationError

REPAIRS = (
    "UPDATE message_logs SET total_recipients = c.total, "
    "success_count = c.success, failure_count = c.failure "
    f"FROM ({BLAST_COUNTS_SQL}) c WHERE c.message_log_id = message_logs.id",
    "UPDATE blast_replies SET message_log_id = m.message_log_id FROM messages m "
    "WHERE m.id = blast_replies.blast_message_id AND m.message_log_id IS NOT NULL "
    "AND m.message_log_id <> blast_replies.message_log_id",
    "UPDATE groups SET member_count = (SELECT count(*) FROM group_members m "
    "WHERE m.group_id = groups.id AND m.until IS NULL)",
    "UPDATE survey_flows SET start_count = max(start_count, s.started), "
    "completion_count = max(completion_count, s.completed) "
    f"FROM ({SURVEY_COUNTS_SQL}) s WHERE s.survey_id = survey_flows.id "
    "AND (start_count < s.started OR completion_count < s.completed)",
    "INSERT OR IGNORE INTO trigger_words (word, keyword_rule_id) "
    "SELECT keyword, id FROM keyword_rules",
    "INSERT OR IGNORE INTO trigger_words (word, survey_id) "
    "SELECT trigger_keyword, id FROM survey_flows",
    "INSERT OR IGNORE INTO last_texts (phone, texted_at) "
    "SELECT phone, max(coalesce(held_until, submitted_at, created_at)) FROM messages "
    f"WHERE {TEXTED_SQL} GROUP BY phone",
    "UPDATE community_members SET folded_name = fold_name(name) "
    "WHERE folded_name IS NOT fold_name(name)",
    "UPDATE unsubscribed_contacts SET folded_name = fold_name(name) "
    "WHERE folded_name IS NOT fold_name(name)",
    "UPDATE scheduled_messages SET status = l.status, "
    "sent_at = CASE l.status WHEN 'sent' THEN l.finished_at END "
    "FROM message_logs l WHERE l.id = scheduled_messages.message_log_id "
    "AND scheduled_messages.status = 'processing' "
    "AND l.status IN ('sent', 'failed', 'cancelled')",
)


def examine_database(path: Path, *, complete: bool = True) -> list[Finding]:
    """Return everything that the checks find about the database at `path`; [] when all is well.

    `complete=False`: errors only, without pending migrations, which the next start applies.
    Raises MigrationError when the file cannot be read at all.
    """
    findings = _find_all(path)
    if complete:
        return findings
    return [
        finding
        for finding in findings
        if finding.severity is Severity.ERROR and finding.check != PENDING.name
    ]


def _find_all(path: Path) -> list[Finding]:
    findings = list(examine_files(path))
    pending = list(find_pending_migrations(path))
    with database_file.open_read_only(path) as connection:
        connection.create_function("fold_name", 1, fold_name, deterministic=True)
        findings += check_integrity(connection, path)
        # The next checks would only stumble over the damage.
        if any(finding.check == DAMAGED.name for finding in findings):
            return findings + pending
        findings += find_orphan_rows(connection)
        findings += find_strange_records(connection)
        # The other checks are written for the newest schema.
        if pending:
            return findings + pending
        differences = list(find_schema_differences(connection))
        findings += differences
        findings += examine_file_settings(connection, path)
        findings += _examine_rows(connection)
        findings += examine_audit(connection, path)
    if not differences:
        findings += check_search_tables(path)
    return findings


def _examine_rows(connection: sqlite3.Connection) -> Iterator[Finding]:
    for check in CONSISTENCY_CHECKS:
        finding = check.find_violations(connection)
        if finding:
            yield finding
    yield from find_strange_values(connection)


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

    Missing or wrong indexes, triggers and search tables; counts, words and folded names; people
    of numbers; scheduled blasts' ends; the journal mode; leftovers among the files. Only for a
    database without pending migrations.
    """
    with database_file.open_for_writing(path) as connection:
        connection.create_function("fold_name", 1, fold_name, deterministic=True)
        database_file.enable_wal(connection)
        connection.execute("BEGIN IMMEDIATE")
        recreate_schema_objects(connection)
        for table in SEARCH_TABLES:
            connection.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")
        for statement in REPAIRS:
            connection.execute(statement)
        repair_people(connection)
        connection.execute("COMMIT")
    tidy_files(path)
