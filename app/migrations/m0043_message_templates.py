"""Templates of texts with all their versions, and which version each text was made from."""

import logging
import sqlite3

MAKE = (
    """CREATE TABLE message_templates (
        id INTEGER NOT NULL,
        name VARCHAR(80) NOT NULL,
        folded_name VARCHAR(160) NOT NULL,
        purpose VARCHAR(20) NOT NULL,
        is_active BOOLEAN DEFAULT 1 NOT NULL,
        revision INTEGER DEFAULT '1' NOT NULL,
        usage_count INTEGER DEFAULT '0' NOT NULL,
        last_used_at DATETIME,
        seed_key VARCHAR(40),
        created_by VARCHAR(80),
        updated_by VARCHAR(80),
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        archived_at DATETIME,
        CONSTRAINT pk_message_templates PRIMARY KEY (id),
        CONSTRAINT ck_message_templates_archived_is_off CHECK (archived_at IS NULL OR NOT is_active),
        CONSTRAINT ck_message_templates_templatepurpose CHECK (purpose IN ('blast', 'reminder', 'reply', 'keyword',
            'survey', 'system')),
        CONSTRAINT uq_message_templates_seed_key UNIQUE (seed_key))""",
    """CREATE UNIQUE INDEX uq_message_templates_folded_name ON message_templates (folded_name)
        WHERE archived_at IS NULL""",
    """CREATE TRIGGER message_templates_no_delete BEFORE DELETE ON message_templates WHEN old.usage_count > 0
        BEGIN SELECT RAISE(ABORT, 'texts were made from this template'); END""",
    """CREATE TABLE message_template_versions (
        id INTEGER NOT NULL,
        template_id INTEGER NOT NULL,
        language VARCHAR(35) NOT NULL,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        character_count INTEGER NOT NULL,
        segments INTEGER NOT NULL,
        created_by VARCHAR(80),
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_message_template_versions PRIMARY KEY (id),
        CONSTRAINT unique_template_version UNIQUE (template_id, language, number),
        CONSTRAINT fk_message_template_versions_template_id FOREIGN KEY(template_id) REFERENCES message_templates (id)
            ON DELETE CASCADE)""",
    "CREATE INDEX ix_message_template_versions_body ON message_template_versions (body)",
    """CREATE TRIGGER message_template_versions_no_update BEFORE UPDATE ON message_template_versions
        BEGIN SELECT RAISE(ABORT, 'message_template_versions is append-only'); END""",
    """CREATE TRIGGER message_template_versions_no_delete BEFORE DELETE ON message_template_versions
        WHEN EXISTS (SELECT 1 FROM message_templates WHERE id = old.template_id)
        BEGIN SELECT RAISE(ABORT, 'message_template_versions is append-only'); END""",
)
BLAST_TABLES = ("scheduled_messages", "message_logs")
COLUMN = """template_version_id INTEGER CONSTRAINT fk_{table}_template_version_id
    REFERENCES message_template_versions (id) ON DELETE RESTRICT"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables and the columns; texts of before were made from no template."""
    for statement in MAKE:
        connection.execute(statement)
    for table in BLAST_TABLES:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {COLUMN.format(table=table)}")
        connection.execute(
            f"CREATE INDEX ix_{table}_template_version_id ON {table} (template_version_id) "
            "WHERE template_version_id IS NOT NULL"
        )
    connection.execute("ALTER TABLE messages ADD COLUMN template_version_id INTEGER")
    logger.info("texts can be saved as templates")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: texts that were made from a template stay as they are."""
    connection.execute("ALTER TABLE messages DROP COLUMN template_version_id")
    for table in BLAST_TABLES:
        connection.execute(f"DROP INDEX ix_{table}_template_version_id")
        connection.execute(f"ALTER TABLE {table} DROP COLUMN template_version_id")
    # Their triggers would keep the rows.
    connection.execute("DROP TABLE message_template_versions")
    connection.execute("DROP TABLE message_templates")
    logger.info("templates are gone")
