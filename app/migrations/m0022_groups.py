"""Groups of people, and blasts to one of them."""

import logging
import sqlite3

GROUPS = """CREATE TABLE groups (
    id INTEGER NOT NULL,
    name VARCHAR(80) NOT NULL,
    folded_name VARCHAR(160) NOT NULL,
    description VARCHAR(300),
    color VARCHAR(20) DEFAULT 'teal' NOT NULL,
    owner_id INTEGER,
    is_topic BOOLEAN DEFAULT 0 NOT NULL,
    who_may_text VARCHAR(20) DEFAULT 'everyone' NOT NULL,
    member_count INTEGER DEFAULT '0' NOT NULL,
    archived_at DATETIME,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT pk_groups PRIMARY KEY (id),
    CONSTRAINT ck_groups_is_topic CHECK (is_topic IN (0, 1)),
    CONSTRAINT ck_groups_name CHECK (length(trim(name)) > 0),
    CONSTRAINT uq_groups_folded_name UNIQUE (folded_name),
    CONSTRAINT ck_groups_color CHECK (color IN ('teal', 'blue', 'amber', 'gray')),
    CONSTRAINT fk_groups_owner_id FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT ck_groups_who_may_text CHECK (who_may_text IN ('everyone', 'admins')))"""
MEMBERS = """CREATE TABLE group_members (
    id INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    phone VARCHAR(20) NOT NULL,
    since DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    until DATETIME,
    source VARCHAR(20) DEFAULT 'hand' NOT NULL,
    added_by VARCHAR(80),
    import_id INTEGER,
    CONSTRAINT pk_group_members PRIMARY KEY (id),
    CONSTRAINT ck_group_members_phone_is_e164 CHECK (phone GLOB '+[1-9]*' AND
        phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16),
    CONSTRAINT fk_group_members_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE,
    CONSTRAINT ck_group_members_source CHECK (source IN ('hand', 'import', 'bulk', 'keyword', 'survey')),
    CONSTRAINT fk_group_members_import_id FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE SET NULL)"""
INDEXES = (
    "CREATE INDEX ix_groups_owner_id ON groups (owner_id)",
    "CREATE UNIQUE INDEX uq_group_members_open ON group_members (group_id, phone) WHERE until IS NULL",
    "CREATE INDEX ix_group_members_phone ON group_members (phone, group_id, until)",
    "CREATE INDEX ix_group_members_group_id ON group_members (group_id, until, phone)",
    "CREATE INDEX ix_group_members_import_id ON group_members (import_id) WHERE import_id IS NOT NULL",
)
ADD_ONE = "UPDATE groups SET member_count = member_count + 1 WHERE id = new.group_id;"
TAKE_ONE = "UPDATE groups SET member_count = member_count - 1 WHERE id = old.group_id;"
TRIGGERS = (
    """CREATE TRIGGER groups_updated_at AFTER UPDATE OF name, description, color, owner_id, is_topic,
        who_may_text, archived_at ON groups WHEN new.updated_at IS old.updated_at BEGIN
        UPDATE groups SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id; END""",
    "CREATE TRIGGER group_members_insert AFTER INSERT ON group_members "
    f"WHEN new.until IS NULL BEGIN {ADD_ONE} END",
    "CREATE TRIGGER group_members_delete AFTER DELETE ON group_members "
    f"WHEN old.until IS NULL BEGIN {TAKE_ONE} END",
    "CREATE TRIGGER group_members_open AFTER UPDATE OF until ON group_members "
    f"WHEN new.until IS NULL AND old.until IS NOT NULL BEGIN {ADD_ONE} END",
    "CREATE TRIGGER group_members_close AFTER UPDATE OF until ON group_members "
    f"WHEN new.until IS NOT NULL AND old.until IS NULL BEGIN {TAKE_ONE} END",
)
BLAST_TABLES = ("message_logs", "scheduled_messages")


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make both tables, and the columns of the blasts that name a group."""
    for statement in (GROUPS, MEMBERS, *INDEXES, *TRIGGERS):
        connection.execute(statement)
    for table in BLAST_TABLES:
        connection.execute(
            f"ALTER TABLE {table} ADD COLUMN audience_group_id INTEGER "
            f"CONSTRAINT ck_{table}_audience_group CHECK (audience_group_id IS NULL OR "
            "(target = 'event' AND event_id IS NULL AND audience_log_id IS NULL)) "
            f"CONSTRAINT fk_{table}_audience_group_id REFERENCES groups (id) ON DELETE SET NULL"
        )
        connection.execute(f"ALTER TABLE {table} ADD COLUMN audience_group_name VARCHAR(80)")
        connection.execute(
            f"CREATE INDEX ix_{table}_audience_group_id ON {table} (audience_group_id) "
            "WHERE audience_group_id IS NOT NULL"
        )
    logger.info("people can be in groups, and blasts can go to one")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: groups and who is in them are lost.

    A scheduled blast to a group names an event that is not there, so it reaches nobody.
    """
    for table in BLAST_TABLES:
        connection.execute(f"DROP INDEX ix_{table}_audience_group_id")
        connection.execute(f"ALTER TABLE {table} DROP COLUMN audience_group_name")
        connection.execute(f"ALTER TABLE {table} DROP COLUMN audience_group_id")
    connection.execute("DROP TABLE group_members")
    connection.execute("DROP TABLE groups")
    logger.info("there are no groups")
