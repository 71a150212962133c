"""Second factors, sign-ins that wait for a code, and what a session remembers of its sign-in."""

import logging
import sqlite3

COLUMNS = (
    ("users", "totp_secret VARCHAR(200)"),
    ("users", "pending_totp_secret VARCHAR(200)"),
    ("users", "totp_last_step INTEGER"),
    ("users", "factor_removed_at DATETIME"),
    ("users", "signed_in_at DATETIME"),
    ("users", "wrong_tries INTEGER DEFAULT '0' NOT NULL"),
    ("sessions", "confirmed_at DATETIME"),
    ("sessions", "is_new_device BOOLEAN DEFAULT 0 NOT NULL"),
    ("sessions", "by_proxy BOOLEAN DEFAULT 0 NOT NULL"),
    ("sessions", "flashes TEXT"),
    (
        "organisation",
        "second_factor_for VARCHAR(20) DEFAULT 'nobody' NOT NULL "
        "CONSTRAINT ck_organisation_secondfactorrule "
        "CHECK (second_factor_for IN ('nobody', 'admins', 'everyone'))",
    ),
)
TABLES = (
    """CREATE TABLE recovery_codes (
        id INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        code_hash VARCHAR(64) NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_recovery_codes PRIMARY KEY (id),
        CONSTRAINT fk_recovery_codes_user_id
            FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE)""",
    "CREATE INDEX ix_recovery_codes_user_id ON recovery_codes (user_id)",
    """CREATE TABLE pending_sign_ins (
        id INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        token_hash VARCHAR(64) NOT NULL,
        session_key VARCHAR(32) NOT NULL,
        remembered BOOLEAN DEFAULT 0 NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        ends_at DATETIME NOT NULL,
        CONSTRAINT pk_pending_sign_ins PRIMARY KEY (id),
        CONSTRAINT fk_pending_sign_ins_user_id
            FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT uq_pending_sign_ins_token_hash UNIQUE (token_hash))""",
    "CREATE INDEX ix_pending_sign_ins_user_id ON pending_sign_ins (user_id)",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add columns and tables: nobody has a second factor, and no session has been confirmed."""
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for statement in TABLES:
        connection.execute(statement)
    logger.info("users can have a second factor")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them. Sessions that a proxy began end: an older release does not ask the proxy."""
    connection.execute("DELETE FROM sessions WHERE by_proxy = 1")
    for table in ("pending_sign_ins", "recovery_codes"):
        connection.execute(f"DROP TABLE {table}")
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    logger.info("passwords alone sign in; second factors are lost")
