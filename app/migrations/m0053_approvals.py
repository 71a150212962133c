"""Limits of senders, and blasts that wait until an admin approves them."""

import logging
import sqlite3

LIMITS = (
    """CREATE TABLE sender_limits (
        id INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        max_people INTEGER,
        max_money_a_day VARCHAR(20),
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_sender_limits PRIMARY KEY (id),
        CONSTRAINT ck_sender_limits_limits_something CHECK (
            max_people IS NOT NULL OR max_money_a_day IS NOT NULL),
        CONSTRAINT ck_sender_limits_not_negative CHECK (
            max_people >= 0 AND CAST(max_money_a_day AS REAL) >= 0),
        CONSTRAINT uq_sender_limits_user_id UNIQUE (user_id),
        CONSTRAINT fk_sender_limits_user_id
            FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE)""",
    """CREATE TRIGGER sender_limits_updated_at AFTER UPDATE OF max_people, max_money_a_day
        ON sender_limits WHEN new.updated_at IS old.updated_at BEGIN
        UPDATE sender_limits SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')
        WHERE id = new.id; END""",
)
APPROVALS = (
    """CREATE TABLE blast_approvals (
        id INTEGER NOT NULL,
        scheduled_id INTEGER NOT NULL,
        state VARCHAR(20) NOT NULL,
        why VARCHAR(200) NOT NULL,
        people INTEGER NOT NULL,
        segments INTEGER NOT NULL,
        cost VARCHAR(20),
        text_hash VARCHAR(64) NOT NULL,
        asked_by VARCHAR(80) NOT NULL,
        asked_at DATETIME NOT NULL,
        decided_by VARCHAR(80),
        decided_at DATETIME,
        decided_how VARCHAR(20),
        reason VARCHAR(300),
        overdue_told_at DATETIME,
        CONSTRAINT pk_blast_approvals PRIMARY KEY (id),
        CONSTRAINT ck_blast_approvals_decided CHECK (
            (state IN ('approved', 'declined')) = (decided_by IS NOT NULL)
                AND (decided_by IS NULL) = (decided_how IS NULL)),
        CONSTRAINT ck_blast_approvals_requeststate CHECK (
            state IN ('asked', 'approved', 'declined', 'withdrawn')),
        CONSTRAINT ck_blast_approvals_decisionchannel CHECK (decided_how IN ('page', 'text')),
        CONSTRAINT fk_blast_approvals_scheduled_id
            FOREIGN KEY(scheduled_id) REFERENCES scheduled_messages (id) ON DELETE CASCADE)""",
    "CREATE INDEX ix_blast_approvals_scheduled_id ON blast_approvals (scheduled_id)",
    """CREATE UNIQUE INDEX uq_blast_approvals_asked ON blast_approvals (scheduled_id)
        WHERE state = 'asked'""",
    """CREATE TABLE approval_codes (
        id INTEGER NOT NULL,
        approval_id INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        code_hash VARCHAR(64) NOT NULL,
        sent_at DATETIME NOT NULL,
        used_at DATETIME,
        wrong_tries INTEGER DEFAULT '0' NOT NULL,
        CONSTRAINT pk_approval_codes PRIMARY KEY (id),
        CONSTRAINT uq_approval_codes_approval_id UNIQUE (approval_id, user_id),
        CONSTRAINT fk_approval_codes_approval_id
            FOREIGN KEY(approval_id) REFERENCES blast_approvals (id) ON DELETE CASCADE,
        CONSTRAINT fk_approval_codes_user_id
            FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE)""",
    "CREATE INDEX ix_approval_codes_user_id ON approval_codes (user_id)",
    """CREATE TABLE blast_confirmations (
        id INTEGER NOT NULL,
        scheduled_id INTEGER,
        username VARCHAR(80) NOT NULL,
        confirmed_at DATETIME NOT NULL,
        people INTEGER NOT NULL,
        segments INTEGER NOT NULL,
        CONSTRAINT pk_blast_confirmations PRIMARY KEY (id),
        CONSTRAINT uq_blast_confirmations_scheduled_id UNIQUE (scheduled_id),
        CONSTRAINT fk_blast_confirmations_scheduled_id
            FOREIGN KEY(scheduled_id) REFERENCES scheduled_messages (id) ON DELETE SET NULL)""",
    """CREATE INDEX ix_blast_confirmations_username ON blast_confirmations
        (username, confirmed_at)""",
)
STATE_COLUMN = (
    "approval VARCHAR(20) CONSTRAINT ck_scheduled_messages_approvalstate "
    "CHECK (approval IN ('waiting', 'approved', 'declined'))"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables, all empty: what waits already was confirmed without a limit."""
    for statement in (*LIMITS, *APPROVALS):
        connection.execute(statement)
    connection.execute(f"ALTER TABLE scheduled_messages ADD COLUMN {STATE_COLUMN}")
    logger.info("senders can have limits, above which an admin approves their blasts")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them. What was not approved is canceled: an older release would send it."""
    connection.execute(
        "UPDATE scheduled_messages SET status = 'cancelled', error_message = 'not approved' "
        "WHERE status = 'pending' AND approval IN ('waiting', 'declined')"
    )
    connection.execute("ALTER TABLE scheduled_messages DROP COLUMN approval")
    for table in ("blast_confirmations", "approval_codes", "blast_approvals", "sender_limits"):
        connection.execute(f"DROP TABLE {table}")
    logger.info("senders have no limits")
