"""Checks of single values: times, JSON, names of time zones."""

import sqlite3
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from app.dbdoctor.check import MAX_SHOWN_IDS, RESTORE_ADVICE, Check, Finding, Severity, join_ids

JSON_COLUMNS = {
    "audiences": ("rule",),
    "audit_events": ("details",),
    "blast_drafts": ("fields",),
    "import_rows": ("cells", "field_values", "value_problems"),
    "imports": ("columns", "value_counts", "progress"),
    "message_logs": ("details",),
    "person_fields": ("choices",),
    "survey_flows": ("questions_json",),
    "survey_sessions": ("questions_json",),
    "users": ("member_columns",),
}
TABLES_WITH_ZONES = ("organisation", "scheduled_messages", "blast_series")
TIME_PATTERN = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]*"
TIME_COLUMNS_SQL = (
    "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c "
    "WHERE t.type = 'table' AND c.type = 'DATETIME' ORDER BY t.name, c.cid"
)

UNREADABLE_JSON = Check(
    "unreadable-json",
    "What {ids} keeps is not JSON, so its page fails.",
    RESTORE_ADVICE,
)
UNREADABLE_TIMES = Check(
    "unreadable-times",
    "A time in {ids} is not written as SMS Admin writes it, in UTC.",
    RESTORE_ADVICE,
)
FUTURE_ROWS = Check(
    "future-rows",
    "Rows of {ids} were made at a time that is still to come.",
    "Check the clock of this machine.",
    severity=Severity.WARNING,
)
UNKNOWN_ZONES = Check(
    "unknown-zones",
    "The time zone of {ids} is unknown on this machine.",
    "Choose the time zone again in the settings, or install the package tzdata.",
)
VALUE_CHECKS = (UNREADABLE_JSON, UNREADABLE_TIMES, FUTURE_ROWS, UNKNOWN_ZONES)


def find_strange_values(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield what these checks find. Reads every table once."""
    columns_by_table = _list_time_columns(connection)
    for check, ids in (
        (UNREADABLE_JSON, _find_unreadable_json(connection)),
        (UNREADABLE_TIMES, _find_unreadable_times(connection, columns_by_table)),
        (FUTURE_ROWS, _find_future_rows(connection, columns_by_table)),
        (UNKNOWN_ZONES, _find_unknown_zones(connection)),
    ):
        found_ids = list(ids)
        if found_ids:
            yield check.report(join_ids(found_ids))


def _find_unreadable_json(connection: sqlite3.Connection) -> Iterator[str]:
    for table, columns in JSON_COLUMNS.items():
        for column in columns:
            yield from _read_ids(
                connection,
                f"SELECT '{table} ' || id FROM {table} "
                f"WHERE {column} IS NOT NULL AND {column} <> '' AND NOT json_valid({column})",
            )


def _find_unreadable_times(
    connection: sqlite3.Connection, columns_by_table: dict[str, list[str]]
) -> Iterator[str]:
    for table, columns in columns_by_table.items():
        # NULL NOT GLOB is NULL, which OR takes for no.
        is_wrong = " OR ".join(f"\"{column}\" NOT GLOB '{TIME_PATTERN}'" for column in columns)
        yield from _read_ids(
            connection, f"SELECT '{table}' FROM \"{table}\" WHERE {is_wrong} LIMIT 1"
        )


def _find_future_rows(
    connection: sqlite3.Connection, columns_by_table: dict[str, list[str]]
) -> Iterator[str]:
    for table, columns in columns_by_table.items():
        if "created_at" in columns:
            yield from _read_ids(
                connection,
                f"SELECT '{table}' FROM \"{table}\" "
                "WHERE created_at > datetime('now', '+1 day') "
                f"AND created_at GLOB '{TIME_PATTERN}' LIMIT 1",
            )


def _find_unknown_zones(connection: sqlite3.Connection) -> Iterator[str]:
    for table in TABLES_WITH_ZONES:
        try:
            rows = connection.execute(f"SELECT DISTINCT timezone FROM {table}").fetchall()
        except sqlite3.OperationalError:
            continue
        if not all(_is_zone(zone) for (zone,) in rows):
            yield table


def _is_zone(name: str | None) -> bool:
    if not name:
        return True
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _list_time_columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    columns_by_table: dict[str, list[str]] = {}
    for table, column in connection.execute(TIME_COLUMNS_SQL):
        columns_by_table.setdefault(table, []).append(column)
    return columns_by_table


def _read_ids(connection: sqlite3.Connection, sql: str) -> list[str]:
    """Return the first ids; none where a table or column is missing: another check says so."""
    # One more than is shown tells whether there are more.
    limited_sql = f"SELECT * FROM ({sql}) LIMIT {MAX_SHOWN_IDS + 1}"
    try:
        return [row[0] for row in connection.execute(limited_sql)]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_ERROR":
            raise
        return []
