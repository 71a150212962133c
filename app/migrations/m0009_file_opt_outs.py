"""Rows of an import may say that a person wants no texts, and which numbers are landlines."""

import logging
import sqlite3

OLD_VERDICTS = "'new', 'changed', 'renamed', 'same', 'repeated', 'bad'"
NEW_VERDICTS = f"{OLD_VERDICTS}, 'opted_out'"
COLUMNS = "id, import_id, line, name, phone, verdict, reason, left_out, cells, person_id, name_before"
# An older release knows no such row: it must not import that person, and shows what cannot be read.
OLD_VERDICT = "CASE verdict WHEN 'opted_out' THEN 'bad' ELSE verdict END"


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rebuild the rows with their new CHECK and column, and count the new kind of rows."""
    _rebuild_rows(connection, NEW_VERDICTS, "is_landline BOOLEAN DEFAULT 0 NOT NULL,", COLUMNS)
    connection.execute("CREATE INDEX ix_import_rows_is_landline ON import_rows (import_id) WHERE is_landline")
    connection.execute("ALTER TABLE imports ADD COLUMN opted_out_count INTEGER DEFAULT '0' NOT NULL")
    logger.info("rows of imports may be opt-outs and landlines")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Put the former rows back: an opt-out of a file becomes a row that cannot be read."""
    connection.execute("UPDATE imports SET bad_count = bad_count + opted_out_count")
    connection.execute("ALTER TABLE imports DROP COLUMN opted_out_count")
    _rebuild_rows(connection, OLD_VERDICTS, "", COLUMNS.replace("verdict", OLD_VERDICT))
    logger.info("rows of imports are neither opt-outs nor landlines any more")


def _rebuild_rows(connection: sqlite3.Connection, verdicts: str, landline_column: str, values: str) -> None:
    """Copy the rows into a table with this CHECK; SQLite cannot change one."""
    for statement in (
        f"""CREATE TABLE import_rows_new (
        id INTEGER NOT NULL,
        import_id INTEGER NOT NULL,
        line INTEGER NOT NULL,
        name VARCHAR(100),
        phone VARCHAR(20),
        verdict VARCHAR(20) NOT NULL,
        reason VARCHAR(300),
        left_out VARCHAR(20),
        cells TEXT,
        person_id INTEGER,
        name_before VARCHAR(100),
        {landline_column}
        CONSTRAINT pk_import_rows PRIMARY KEY (id),
        CONSTRAINT fk_import_rows_import_id FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE CASCADE,
        CONSTRAINT ck_import_rows_rowverdict CHECK (verdict IN ({verdicts})))""",
        f"INSERT INTO import_rows_new ({COLUMNS}) SELECT {values} FROM import_rows ORDER BY id",
        "DROP TABLE import_rows",
        "ALTER TABLE import_rows_new RENAME TO import_rows",
        "CREATE INDEX ix_import_rows_import_id_verdict ON import_rows (import_id, verdict, line)",
        "CREATE INDEX ix_import_rows_left_out ON import_rows (import_id, line) WHERE left_out IS NOT NULL",
    ):
        connection.execute(statement)
