"""Fields that an organisation adds to its people, and the values in them."""

import logging
import sqlite3

FIELDS = """CREATE TABLE person_fields (
    id INTEGER NOT NULL,
    name VARCHAR(60) NOT NULL,
    folded_name VARCHAR(120) NOT NULL,
    type VARCHAR(20) NOT NULL,
    class VARCHAR(20) DEFAULT 'administrative' NOT NULL,
    choices TEXT,
    position INTEGER DEFAULT '0' NOT NULL,
    archived_at DATETIME,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT pk_person_fields PRIMARY KEY (id),
    CONSTRAINT ck_person_fields_name CHECK (length(trim(name)) > 0),
    CONSTRAINT uq_person_fields_folded_name UNIQUE (folded_name),
    CONSTRAINT ck_person_fields_type CHECK (type IN ('text', 'number', 'date', 'choice', 'yes_no')),
    CONSTRAINT ck_person_fields_class CHECK (class IN ('public', 'administrative', 'sensitive')))"""
VALUES = """CREATE TABLE person_values (
    person_id INTEGER NOT NULL,
    field_id INTEGER NOT NULL,
    value TEXT NOT NULL,
    sort_value BLOB,
    import_id INTEGER,
    value_before TEXT,
    sort_value_before BLOB,
    CONSTRAINT pk_person_values PRIMARY KEY (person_id, field_id),
    CONSTRAINT fk_person_values_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    CONSTRAINT fk_person_values_field_id FOREIGN KEY(field_id) REFERENCES person_fields (id) ON DELETE CASCADE,
    CONSTRAINT fk_person_values_import_id FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE SET NULL
    ) WITHOUT ROWID"""
STATEMENTS = (
    FIELDS,
    """CREATE TRIGGER person_fields_updated_at AFTER UPDATE OF name, class, choices, position, archived_at
        ON person_fields WHEN new.updated_at IS old.updated_at BEGIN UPDATE person_fields
        SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id; END""",
    VALUES,
    "CREATE INDEX ix_person_values_field_id ON person_values (field_id, sort_value, person_id)",
    "CREATE INDEX ix_person_values_import_id ON person_values (import_id) WHERE import_id IS NOT NULL",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make both tables; there are no fields yet."""
    for statement in STATEMENTS:
        connection.execute(statement)
    logger.info("people can have fields")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: the fields are lost, and what people had in them."""
    connection.execute("DROP TABLE person_values")
    connection.execute("DROP TABLE person_fields")
    logger.info("people have no fields")
