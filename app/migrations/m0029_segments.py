"""Segments: saved rules that say which people are meant."""

import logging
import sqlite3

SEGMENTS = """CREATE TABLE segments (
    id INTEGER NOT NULL,
    name VARCHAR(80) NOT NULL,
    folded_name VARCHAR(160) NOT NULL,
    description VARCHAR(300),
    rule TEXT NOT NULL,
    sentence TEXT DEFAULT '' NOT NULL,
    created_by VARCHAR(80),
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT pk_segments PRIMARY KEY (id),
    CONSTRAINT ck_segments_name CHECK (length(trim(name)) > 0),
    CONSTRAINT ck_segments_rule CHECK (json_valid(rule)),
    CONSTRAINT uq_segments_folded_name UNIQUE (folded_name))"""
REFERENCES = """CREATE TABLE segment_references (
    segment_id INTEGER NOT NULL,
    kind VARCHAR(20) NOT NULL,
    ref_id INTEGER NOT NULL,
    is_gone BOOLEAN DEFAULT 0 NOT NULL,
    CONSTRAINT pk_segment_references PRIMARY KEY (segment_id, kind, ref_id),
    CONSTRAINT ck_segment_references_is_gone CHECK (is_gone IN (0, 1)),
    CONSTRAINT fk_segment_references_segment_id FOREIGN KEY(segment_id) REFERENCES segments (id) ON DELETE CASCADE,
    CONSTRAINT ck_segment_references_kind CHECK (kind IN ('group', 'field', 'event', 'survey', 'blast')))"""
REFERENCE_INDEX = "CREATE INDEX ix_segment_references_ref ON segment_references (kind, ref_id)"
TABLES_BY_KIND = {
    "group": "groups",
    "field": "person_fields",
    "event": "events",
    "survey": "survey_flows",
    "blast": "message_logs",
}
TRIGGER = """CREATE TRIGGER segments_updated_at AFTER UPDATE OF name, description, rule ON segments
    WHEN new.updated_at IS old.updated_at BEGIN
    UPDATE segments SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id; END"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Create the table, and the one of what rules name."""
    for statement in (SEGMENTS, REFERENCES, REFERENCE_INDEX, TRIGGER):
        connection.execute(statement)
    for kind, table in TABLES_BY_KIND.items():
        connection.execute(
            f"CREATE TRIGGER {table}_segment_references AFTER DELETE ON {table} BEGIN "
            f"UPDATE segment_references SET is_gone = 1 WHERE kind = '{kind}' AND ref_id = old.id; END"
        )
    logger.info("rules can be saved as segments")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: the rules are lost."""
    for table in TABLES_BY_KIND.values():
        connection.execute(f"DROP TRIGGER {table}_segment_references")
    connection.execute("DROP TABLE segment_references")
    connection.execute("DROP TABLE segments")
    logger.info("there are no segments")
