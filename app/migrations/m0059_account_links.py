"""Users have an e-mail address, can be disabled, and choose their password by a one-time link."""

import logging
import sqlite3

COLUMNS = (
    'email VARCHAR(254) COLLATE "NOCASE"',
    "email_verified_at DATETIME",
    "disabled_at DATETIME",
    "last_seen_at DATETIME",
)
LINKS = (
    """CREATE TABLE account_links (
        id INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        kind VARCHAR(20) NOT NULL,
        token_hash VARCHAR(64) NOT NULL,
        made_by_id INTEGER,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        ends_at DATETIME NOT NULL,
        used_at DATETIME,
        CONSTRAINT pk_account_links PRIMARY KEY (id),
        CONSTRAINT fk_account_links_user_id
            FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_account_links_linkkind CHECK (kind IN ('invite', 'reset')),
        CONSTRAINT uq_account_links_token_hash UNIQUE (token_hash),
        CONSTRAINT fk_account_links_made_by_id
            FOREIGN KEY(made_by_id) REFERENCES users (id) ON DELETE SET NULL)""",
    "CREATE INDEX ix_account_links_user_id ON account_links (user_id)",
    "CREATE INDEX ix_account_links_made_by_id ON account_links (made_by_id)",
    "CREATE UNIQUE INDEX uq_account_links_unused ON account_links (user_id) WHERE used_at IS NULL",
)
# An older release knows no disabled users: without password and sessions they stay out.
SHUT_OUT_SQL = (
    "UPDATE users SET password_hash = '!', session_key = lower(hex(randomblob(16))) "
    "WHERE disabled_at IS NOT NULL"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add columns and table; everybody was last seen when their newest session was."""
    for column in COLUMNS:
        connection.execute(f"ALTER TABLE users ADD COLUMN {column}")
    connection.execute("CREATE UNIQUE INDEX ix_users_email ON users (email)")
    connection.execute(
        "UPDATE users SET last_seen_at = "
        "(SELECT max(seen_at) FROM sessions WHERE sessions.user_id = users.id)"
    )
    for statement in LINKS:
        connection.execute(statement)
    logger.info("users can be invited by a link, and disabled")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them; who is disabled has no password any more."""
    connection.execute("DROP TABLE account_links")
    connection.execute(SHUT_OUT_SQL)
    connection.execute("DROP INDEX ix_users_email")
    for column in ("email", "email_verified_at", "disabled_at", "last_seen_at"):
        connection.execute(f"ALTER TABLE users DROP COLUMN {column}")
    logger.info("users have no e-mail address; who was disabled has no password")
