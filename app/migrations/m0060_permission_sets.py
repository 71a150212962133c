"""Permission sets: what a user may do, and for which groups and events."""

import logging
import sqlite3

STATEMENTS = (
    """CREATE TABLE permission_sets (
        id INTEGER NOT NULL,
        name VARCHAR(80) COLLATE "NOCASE" NOT NULL,
        permissions TEXT NOT NULL,
        reaches_everybody BOOLEAN DEFAULT 0 NOT NULL,
        all_events BOOLEAN DEFAULT 0 NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_permission_sets PRIMARY KEY (id),
        CONSTRAINT ck_permission_sets_is_list CHECK (
            json_valid(permissions) AND json_type(permissions) = 'array'),
        CONSTRAINT uq_permission_sets_name UNIQUE (name))""",
    """CREATE TRIGGER permission_sets_updated_at
        AFTER UPDATE OF name, permissions, reaches_everybody, all_events
        ON permission_sets WHEN new.updated_at IS old.updated_at BEGIN
        UPDATE permission_sets SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')
        WHERE id = new.id; END""",
    """CREATE TABLE permission_set_groups (
        permission_set_id INTEGER NOT NULL,
        group_id INTEGER NOT NULL,
        CONSTRAINT pk_permission_set_groups PRIMARY KEY (permission_set_id, group_id),
        CONSTRAINT fk_permission_set_groups_permission_set_id
            FOREIGN KEY(permission_set_id) REFERENCES permission_sets (id) ON DELETE CASCADE,
        CONSTRAINT fk_permission_set_groups_group_id
            FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE)""",
    "CREATE INDEX ix_permission_set_groups_group_id ON permission_set_groups (group_id)",
    """CREATE TABLE permission_set_events (
        permission_set_id INTEGER NOT NULL,
        event_id INTEGER NOT NULL,
        CONSTRAINT pk_permission_set_events PRIMARY KEY (permission_set_id, event_id),
        CONSTRAINT fk_permission_set_events_permission_set_id
            FOREIGN KEY(permission_set_id) REFERENCES permission_sets (id) ON DELETE CASCADE,
        CONSTRAINT fk_permission_set_events_event_id
            FOREIGN KEY(event_id) REFERENCES events (id) ON DELETE CASCADE)""",
    "CREATE INDEX ix_permission_set_events_event_id ON permission_set_events (event_id)",
    """ALTER TABLE users ADD COLUMN permission_set_id INTEGER
        CONSTRAINT fk_users_permission_set_id
        REFERENCES permission_sets (id) ON DELETE RESTRICT""",
    "CREATE INDEX ix_users_permission_set_id ON users (permission_set_id)",
)
# An older release knows no sets, and a social manager without one may do more than most sets say.
SHUT_OUT_SQL = (
    "UPDATE users SET password_hash = '!', session_key = lower(hex(randomblob(16))) "
    "WHERE permission_set_id IS NOT NULL AND role <> 'admin'"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Create the tables and the column; nobody has a set yet."""
    for statement in STATEMENTS:
        connection.execute(statement)
    logger.info("users can have permission sets")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them; whoever had a set has no password any more, so that nobody may do more."""
    connection.execute(SHUT_OUT_SQL)
    connection.execute("DROP INDEX ix_users_permission_set_id")
    connection.execute("ALTER TABLE users DROP COLUMN permission_set_id")
    for table in ("permission_set_events", "permission_set_groups", "permission_sets"):
        connection.execute(f"DROP TABLE {table}")
    logger.info("users have no permission sets; who had one has no password")
