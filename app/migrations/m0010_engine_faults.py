"""Alerts say what they are about, and a sender remembers at which rate it was refused."""

import logging
import sqlite3


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add `alerts.event`, "blast.paused" for those there are, and `sender_health.limit_share`."""
    connection.execute(
        "ALTER TABLE alerts ADD COLUMN event VARCHAR(30) DEFAULT 'blast.paused' NOT NULL"
    )
    connection.execute("ALTER TABLE sender_health ADD COLUMN limit_share DOUBLE")
    logger.info("alerts have an event, senders the rate at which they were refused")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop both columns; alerts that are not about a pause lose what they were about."""
    connection.execute("ALTER TABLE alerts DROP COLUMN event")
    connection.execute("ALTER TABLE sender_health DROP COLUMN limit_share")
    logger.info("alerts and senders are as they were")
