"""Each sign-in has a row of its own, which signing out deletes."""

import logging
import sqlite3

TABLE = """CREATE TABLE sessions (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    previous_hash VARCHAR(64),
    previous_until DATETIME,
    session_key VARCHAR(32) NOT NULL,
    device VARCHAR(60) DEFAULT '' NOT NULL,
    client_ip VARCHAR(45) DEFAULT '' NOT NULL,
    remembered BOOLEAN DEFAULT 0 NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    seen_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    ends_at DATETIME NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE)"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the table. Cookies of before have no row in it: everybody signs in once more."""
    connection.execute(TABLE)
    connection.execute("CREATE INDEX ix_sessions_user_id ON sessions (user_id)")
    logger.info("sessions are kept by the server; everybody signs in once more")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Take the table away; an older release signs everybody in anew."""
    connection.execute("DROP TABLE sessions")
    logger.info("sessions are in cookies only")
