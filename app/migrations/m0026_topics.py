"""People can leave one topic, and can ask for no texts until a day."""

import logging
import sqlite3

TOPICS = """CREATE TABLE unsubscribed_topics (
    id INTEGER NOT NULL,
    phone VARCHAR(20) NOT NULL,
    group_id INTEGER NOT NULL,
    since DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    until DATETIME,
    source VARCHAR(20) DEFAULT 'inbound' NOT NULL,
    CONSTRAINT pk_unsubscribed_topics PRIMARY KEY (id),
    CONSTRAINT ck_unsubscribed_topics_phone_is_e164 CHECK (phone GLOB '+[1-9]*' AND
        phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16),
    CONSTRAINT fk_unsubscribed_topics_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE,
    CONSTRAINT ck_unsubscribed_topics_source CHECK (source IN ('inbound', 'manual', 'import')))"""
BLAST_TOPICS = """CREATE TABLE blast_topics (
    message_log_id INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    is_only BOOLEAN DEFAULT 0 NOT NULL,
    CONSTRAINT pk_blast_topics PRIMARY KEY (message_log_id, group_id),
    CONSTRAINT ck_blast_topics_is_only CHECK (is_only IN (0, 1)),
    CONSTRAINT fk_blast_topics_message_log_id FOREIGN KEY(message_log_id)
        REFERENCES message_logs (id) ON DELETE CASCADE,
    CONSTRAINT fk_blast_topics_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE)"""
# Blasts to a group, and to the people of one that was.
FILL_BLAST_TOPICS = """WITH RECURSIVE about(message_log_id, group_id) AS (
    SELECT id, audience_group_id FROM message_logs WHERE audience_group_id IS NOT NULL
    UNION SELECT l.id, a.group_id FROM message_logs l JOIN about a ON a.message_log_id = l.audience_log_id)
    INSERT INTO blast_topics (message_log_id, group_id, is_only) SELECT message_log_id, group_id, 1 FROM about"""
STATEMENTS = (
    TOPICS,
    BLAST_TOPICS,
    "CREATE INDEX ix_blast_topics_group_id ON blast_topics (group_id)",
    FILL_BLAST_TOPICS,
    "CREATE UNIQUE INDEX uq_unsubscribed_topics_open ON unsubscribed_topics (group_id, phone) WHERE until IS NULL",
    "CREATE INDEX ix_unsubscribed_topics_phone ON unsubscribed_topics (phone, group_id, until)",
    "CREATE INDEX ix_unsubscribed_topics_group_id ON unsubscribed_topics (group_id)",
    """ALTER TABLE unsubscribed_contacts ADD COLUMN ends_at DATETIME CONSTRAINT ck_unsubscribed_contacts_pause_ends
        CHECK ((ends_at IS NOT NULL) = (source IN ('pause', 'pause:manual')))""",
    "CREATE INDEX ix_unsubscribed_contacts_ends_at ON unsubscribed_contacts (ends_at) WHERE ends_at IS NOT NULL",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables and the column; everybody gets every topic, and no opt-out ends."""
    for statement in STATEMENTS:
        connection.execute(statement)
    logger.info("people can leave a topic, and pause")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them. Who left a topic is lost; a pause becomes an opt-out, which only they undo."""
    connection.execute("DROP INDEX ix_unsubscribed_contacts_ends_at")
    connection.execute("ALTER TABLE unsubscribed_contacts DROP COLUMN ends_at")
    connection.execute(
        "UPDATE unsubscribed_contacts SET source = 'inbound' WHERE source IN ('pause', 'pause:manual')"
    )
    connection.execute("DROP TABLE blast_topics")
    connection.execute("DROP TABLE unsubscribed_topics")
    logger.info("nobody leaves a topic or pauses any more")
