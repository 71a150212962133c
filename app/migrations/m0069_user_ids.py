"""The id of a deleted user is not given to another one: the audit names users by id for years."""

import logging
import sqlite3

from app.migrations.table_rebuild import rebuild_table

COLUMNS = """CREATE TABLE users (
    id INTEGER NOT NULL {key},
    username VARCHAR(80) COLLATE "NOCASE" NOT NULL,
    password_hash VARCHAR(255) NOT NULL,
    role VARCHAR(30) DEFAULT 'admin' NOT NULL,
    must_change_password BOOLEAN DEFAULT 0 NOT NULL,
    session_key VARCHAR(32) DEFAULT '' NOT NULL,
    theme VARCHAR(5) DEFAULT '' NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    phone VARCHAR(20) CONSTRAINT ck_users_phone_is_e164 CHECK (phone GLOB '+[1-9]*'
        AND phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16),
    pending_phone VARCHAR(20) CONSTRAINT ck_users_pending_phone_is_e164 CHECK
        (pending_phone GLOB '+[1-9]*' AND pending_phone NOT GLOB '*[^+0-9]*'
        AND length(pending_phone) <= 16),
    phone_code_hash VARCHAR(64),
    phone_code_ends_at DATETIME,
    phone_code_tries INTEGER DEFAULT '0' NOT NULL,
    display_name VARCHAR(80),
    hides_first_steps BOOLEAN DEFAULT 0 NOT NULL,
    member_columns TEXT,
    email VARCHAR(254) COLLATE "NOCASE",
    email_verified_at DATETIME,
    disabled_at DATETIME,
    last_seen_at DATETIME,
    permission_set_id INTEGER CONSTRAINT fk_users_permission_set_id
        REFERENCES permission_sets (id) ON DELETE RESTRICT,
    totp_secret VARCHAR(200),
    pending_totp_secret VARCHAR(200),
    totp_last_step INTEGER,
    factor_removed_at DATETIME,
    signed_in_at DATETIME,
    wrong_tries INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT uq_users_username UNIQUE (username),
    CONSTRAINT ck_users_role CHECK (role IN ('admin', 'social_manager')))"""
# Ids that were given before, also those of users who are gone: what they did and what was done to
# them stays in the audit, and their own row for 30 days in the trash.
HIGHEST_ID = """SELECT max(
    coalesce((SELECT max(id) FROM users), 0),
    coalesce((SELECT max(user_id) FROM audit_events), 0),
    coalesce((SELECT max(thing_id) FROM audit_events WHERE thing_kind = 'user'), 0),
    coalesce((SELECT max(json_extract(row, '$.id')) FROM trash_rows
        WHERE table_name = 'users' AND action = 'deleted'), 0))"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rebuild the table of users so that its ids only grow, from the highest ever given."""
    (highest_id,) = connection.execute(HIGHEST_ID).fetchone()
    rebuild_table(connection, COLUMNS.format(key="PRIMARY KEY AUTOINCREMENT"))
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'users'")
    connection.execute("INSERT INTO sqlite_sequence VALUES ('users', ?)", (highest_id,))
    logger.info("the id of a deleted user is not used again")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rebuild it as it was."""
    rebuild_table(connection, COLUMNS.format(key="CONSTRAINT pk_users PRIMARY KEY"))
    logger.info("the id of a deleted user may be used again")
