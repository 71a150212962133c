"""What is known of the carrier's calls: up to when no text is missing, and which calls were refused."""

import logging
import sqlite3

TABLES = (
    """CREATE TABLE inbound_catch_ups (
        carrier VARCHAR(10) NOT NULL,
        certain_until DATETIME NOT NULL,
        requested_at DATETIME,
        tried_at DATETIME,
        succeeded_at DATETIME,
        failure VARCHAR(200),
        found_count INTEGER DEFAULT '0' NOT NULL,
        found_at DATETIME,
        was_off BOOLEAN DEFAULT 0 NOT NULL,
        CONSTRAINT pk_inbound_catch_ups PRIMARY KEY (carrier),
        CONSTRAINT ck_inbound_catch_ups_carrier CHECK (carrier IN ('sandbox', 'twilio')))""",
    """CREATE TABLE refused_calls (
        carrier VARCHAR(10) NOT NULL,
        count INTEGER DEFAULT '0' NOT NULL,
        first_at DATETIME NOT NULL,
        last_at DATETIME NOT NULL,
        kind VARCHAR(20) NOT NULL,
        expected_url VARCHAR(300) NOT NULL,
        called_url VARCHAR(300) NOT NULL,
        fitting_url VARCHAR(300),
        told_at DATETIME,
        CONSTRAINT pk_refused_calls PRIMARY KEY (carrier),
        CONSTRAINT ck_refused_calls_carrier CHECK (carrier IN ('sandbox', 'twilio')),
        CONSTRAINT ck_refused_calls_refusalkind CHECK (kind IN ('address', 'signature', 'account')))""",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the two tables, with a row a carrier each."""
    for statement in TABLES:
        connection.execute(statement)
    logger.info("texts that no call told of are fetched, and refused calls are counted")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Forget both. The next start lists from the newest text that is stored."""
    connection.execute("DROP TABLE refused_calls")
    connection.execute("DROP TABLE inbound_catch_ups")
    logger.info("refused calls are not counted any more")
