"""Check-ins and streaks, and which keywords and surveys count as a check-in."""

import logging
import sqlite3

COLUMN = "counts_as_check_in BOOLEAN DEFAULT 0 NOT NULL"
SOURCES = ("keyword_rules", "survey_flows")
PHONE = "phone GLOB '+[1-9]*' AND phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16"
MAKE = (
    f"""CREATE TABLE check_ins (
        id INTEGER NOT NULL,
        phone VARCHAR(20) NOT NULL,
        day DATE NOT NULL,
        keyword_rule_id INTEGER,
        survey_id INTEGER,
        source_name VARCHAR(120) NOT NULL,
        streak_days INTEGER,
        checked_in_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_check_ins PRIMARY KEY (id),
        CONSTRAINT ck_check_ins_phone_is_e164 CHECK ({PHONE}),
        CONSTRAINT ck_check_ins_streak_days CHECK (streak_days > 0),
        CONSTRAINT fk_check_ins_keyword_rule_id FOREIGN KEY(keyword_rule_id) REFERENCES keyword_rules (id)
            ON DELETE SET NULL,
        CONSTRAINT fk_check_ins_survey_id FOREIGN KEY(survey_id) REFERENCES survey_flows (id) ON DELETE SET NULL)""",
    "CREATE UNIQUE INDEX uq_check_ins_keyword ON check_ins (keyword_rule_id, phone, day)",
    "CREATE UNIQUE INDEX uq_check_ins_survey ON check_ins (survey_id, phone, day)",
    "CREATE INDEX ix_check_ins_phone ON check_ins (phone, day)",
    f"""CREATE TABLE check_in_streaks (
        phone VARCHAR(20) NOT NULL,
        last_day DATE NOT NULL,
        run_days INTEGER NOT NULL,
        longest_days INTEGER NOT NULL,
        CONSTRAINT pk_check_in_streaks PRIMARY KEY (phone),
        CONSTRAINT ck_check_in_streaks_phone_is_e164 CHECK ({PHONE}),
        CONSTRAINT ck_check_in_streaks_days CHECK (run_days > 0 AND longest_days >= run_days))""",
    "CREATE INDEX ix_check_in_streaks_last_day ON check_in_streaks (last_day, run_days)",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables and the columns; nothing of before counts as a check-in."""
    for table in SOURCES:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {COLUMN}")
    for statement in MAKE:
        connection.execute(statement)
    logger.info("people can check in by text")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: streaks are forgotten; keywords and surveys answer as before."""
    connection.execute("DROP TABLE check_in_streaks")
    connection.execute("DROP TABLE check_ins")
    for table in SOURCES:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN counts_as_check_in")
    logger.info("check-ins are recorded no longer")
