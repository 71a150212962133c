"""Texts nobody is sure about are looked up, senders are slowed and held, blasts may have an end, admins are told."""

import logging
import sqlite3

COLUMNS = (
    ("message_logs", "not_after DATETIME"),
    ("message_logs", "resumed_at DATETIME"),
    ("scheduled_messages", "not_after DATETIME"),
    ("messages", "not_after DATETIME"),
    ("messages", "look_up_at DATETIME"),
    ("messages", "lookups INTEGER DEFAULT '0' NOT NULL"),
    ("messages", "left_at DATETIME"),
)
TABLES = (
    """CREATE TABLE sender_health (
        sender VARCHAR(40) NOT NULL,
        carrier VARCHAR(10) NOT NULL,
        share DOUBLE DEFAULT '1.0' NOT NULL,
        slowed_at DATETIME,
        hold_until DATETIME,
        hold_code INTEGER,
        hold_words VARCHAR(300),
        CONSTRAINT pk_sender_health PRIMARY KEY (sender, carrier),
        CONSTRAINT ck_sender_health_carrier CHECK (carrier IN ('sandbox', 'twilio')))""",
    """CREATE TABLE alerts (
        id INTEGER NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        message_log_id INTEGER,
        code INTEGER,
        words VARCHAR(300) NOT NULL,
        next_try_at DATETIME,
        tries INTEGER DEFAULT '0' NOT NULL,
        told_at DATETIME,
        CONSTRAINT pk_alerts PRIMARY KEY (id),
        CONSTRAINT fk_alerts_message_log_id FOREIGN KEY(message_log_id) REFERENCES message_logs (id)
            ON DELETE SET NULL)""",
)
INDEXES = (
    "CREATE INDEX ix_messages_look_up_at ON messages (look_up_at) WHERE look_up_at IS NOT NULL",
    "CREATE INDEX ix_alerts_message_log_id ON alerts (message_log_id)",
    "CREATE INDEX ix_alerts_next_try_at ON alerts (next_try_at) WHERE next_try_at IS NOT NULL",
)
# What was left in doubt, or had no receipt, within the last three days is looked up soon.
CATCH_UP = """UPDATE messages SET look_up_at = strftime('%Y-%m-%d %H:%M:%f000', 'now', '+30 seconds')
    WHERE status IN ('unknown', 'accepted', 'sent') AND created_at > datetime('now', '-3 days')"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns, the two tables and their indexes."""
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for statement in (*TABLES, *INDEXES):
        connection.execute(statement)
    asked = connection.execute(CATCH_UP).rowcount
    logger.info("%s texts will be looked up", asked)


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Take all of it away again; what people were told stays told."""
    connection.execute("DROP INDEX ix_messages_look_up_at")
    for table in ("alerts", "sender_health"):
        connection.execute(f"DROP TABLE {table}")
    for table, column in reversed(COLUMNS):
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    logger.info("%s columns dropped", len(COLUMNS))
