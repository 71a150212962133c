"""What people said about a topic or asked as a pause outlives renaming, deleting and erasing."""

import logging
import sqlite3

IS_PHONE = "phone GLOB '+[1-9]*' AND phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16"
FORMER_NAMES = """CREATE TABLE former_group_names (
    id INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    name VARCHAR(80) NOT NULL,
    folded_name VARCHAR(160) NOT NULL,
    renamed_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT pk_former_group_names PRIMARY KEY (id),
    CONSTRAINT uq_former_group_names_folded_name UNIQUE (folded_name, group_id),
    CONSTRAINT fk_former_group_names_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE)"""
DELETED_TOPICS = f"""CREATE TABLE deleted_topic_leaves (
    id INTEGER NOT NULL,
    folded_name VARCHAR(160) NOT NULL,
    phone VARCHAR(20) NOT NULL,
    since DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    source VARCHAR(20) DEFAULT 'inbound' NOT NULL,
    CONSTRAINT pk_deleted_topic_leaves PRIMARY KEY (id),
    CONSTRAINT uq_deleted_topic_leaves_folded_name UNIQUE (folded_name, phone),
    CONSTRAINT ck_deleted_topic_leaves_phone_is_e164 CHECK ({IS_PHONE}),
    CONSTRAINT ck_deleted_topic_leaves_source CHECK (source IN ('inbound', 'manual', 'import')))"""
ERASED_PEOPLE = """CREATE TABLE erased_topic_leaves (
    id INTEGER NOT NULL,
    phone_hash VARCHAR(64) NOT NULL,
    folded_name VARCHAR(160) NOT NULL,
    CONSTRAINT pk_erased_topic_leaves PRIMARY KEY (id),
    CONSTRAINT uq_erased_topic_leaves_phone_hash UNIQUE (phone_hash, folded_name))"""
PAUSES = f"""CREATE TABLE replaced_pauses (
    phone VARCHAR(20) NOT NULL,
    source VARCHAR(50) NOT NULL,
    reason TEXT,
    name VARCHAR(100),
    created_at DATETIME NOT NULL,
    ends_at DATETIME NOT NULL,
    CONSTRAINT pk_replaced_pauses PRIMARY KEY (phone),
    CONSTRAINT ck_replaced_pauses_phone_is_e164 CHECK ({IS_PHONE}),
    CONSTRAINT ck_replaced_pauses_source CHECK (source IN ('pause', 'pause:manual')))"""
STATEMENTS = (
    FORMER_NAMES,
    "CREATE INDEX ix_former_group_names_group_id ON former_group_names (group_id)",
    DELETED_TOPICS,
    "CREATE INDEX ix_deleted_topic_leaves_phone ON deleted_topic_leaves (phone)",
    ERASED_PEOPLE,
    PAUSES,
    """ALTER TABLE blast_replies ADD COLUMN is_topic_left BOOLEAN DEFAULT 0 NOT NULL
        CONSTRAINT ck_blast_replies_is_topic_left CHECK (is_topic_left IN (0, 1))""",
    """ALTER TABLE blast_replies ADD COLUMN is_pause BOOLEAN DEFAULT 0 NOT NULL
        CONSTRAINT ck_blast_replies_is_pause CHECK (is_pause IN (0, 1))""",
    "DROP INDEX ix_blast_replies_log",
    """CREATE INDEX ix_blast_replies_log ON blast_replies
        (message_log_id, answer, is_opt_out, is_topic_left, is_pause)""",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables and columns; replies of before stay counted as they were."""
    for statement in STATEMENTS:
        connection.execute(statement)
    logger.info("who left a topic is remembered when it is renamed or deleted")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them. An opt-out that took the place of a pause has no end again."""
    connection.execute("DROP INDEX ix_blast_replies_log")
    connection.execute("ALTER TABLE blast_replies DROP COLUMN is_pause")
    connection.execute("ALTER TABLE blast_replies DROP COLUMN is_topic_left")
    connection.execute(
        "CREATE INDEX ix_blast_replies_log ON blast_replies (message_log_id, answer, is_opt_out)"
    )
    for table in (
        "replaced_pauses",
        "erased_topic_leaves",
        "deleted_topic_leaves",
        "former_group_names",
    ):
        connection.execute(f"DROP TABLE {table}")
    logger.info("who left a topic is forgotten when it is deleted")
