"""Limits of how many texts are sent and for how much money, and what was sent on each day."""

import logging
import sqlite3

MAKE = (
    """CREATE TABLE sending_limits (
        id INTEGER NOT NULL,
        person_texts_a_day INTEGER,
        person_texts_a_week INTEGER,
        day_limit_rule VARCHAR(20) DEFAULT 'automatic' NOT NULL,
        texts_a_day INTEGER,
        budget_a_month VARCHAR(20),
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_sending_limits PRIMARY KEY (id),
        CONSTRAINT ck_sending_limits_only_one CHECK (id = 1),
        CONSTRAINT ck_sending_limits_above_zero CHECK (person_texts_a_day > 0 AND person_texts_a_week > 0
            AND texts_a_day > 0 AND CAST(budget_a_month AS REAL) > 0),
        CONSTRAINT ck_sending_limits_fixed_is_a_number
            CHECK ((day_limit_rule = 'fixed') = (texts_a_day IS NOT NULL)),
        CONSTRAINT ck_sending_limits_daylimitrule CHECK (day_limit_rule IN ('off', 'automatic', 'fixed')))""",
    """CREATE TRIGGER sending_limits_updated_at AFTER UPDATE OF person_texts_a_day, person_texts_a_week,
        day_limit_rule, texts_a_day, budget_a_month ON sending_limits
        WHEN new.updated_at IS old.updated_at BEGIN
        UPDATE sending_limits SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')
        WHERE id = new.id; END""",
    """CREATE TABLE sending_totals (
        day VARCHAR(10) NOT NULL,
        carrier VARCHAR(10) NOT NULL,
        price VARCHAR(20) NOT NULL,
        texts INTEGER DEFAULT '0' NOT NULL,
        segments INTEGER DEFAULT '0' NOT NULL,
        CONSTRAINT pk_sending_totals PRIMARY KEY (day, carrier, price),
        CONSTRAINT ck_sending_totals_not_negative CHECK (texts >= 0 AND segments >= 0))""",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables, both empty: an organisation of before has no limits until it sets some."""
    for statement in MAKE:
        connection.execute(statement)
    logger.info("limits of texts and money can be set")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: nothing limits what is sent."""
    connection.execute("DROP TABLE sending_limits")
    connection.execute("DROP TABLE sending_totals")
    logger.info("limits of texts and money are gone")
