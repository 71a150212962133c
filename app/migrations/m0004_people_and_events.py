"""Events have times, places and reminders; who said yes is written down; people have notes and can be erased."""

import logging
import re
import sqlite3

COLUMNS = (
    ("events", "start_time VARCHAR(5)"),
    ("events", "place VARCHAR(200)"),
    ("organisation", "consent_required BOOLEAN DEFAULT 0 NOT NULL"),
    ("imports", "checked_rows INTEGER DEFAULT '0' NOT NULL"),
    ("imports", "consent VARCHAR(300)"),
    ("imports", "undone_at DATETIME"),
    ("import_rows", "person_id INTEGER"),
    ("import_rows", "name_before VARCHAR(100)"),
)
REMINDER_OF = (
    "event_reminder_id INTEGER CONSTRAINT fk_scheduled_messages_event_reminder_id "
    "REFERENCES event_reminders (id) ON DELETE SET NULL"
)
STATEMENTS = (
    """CREATE TABLE event_reminders (
        id INTEGER NOT NULL,
        event_id INTEGER NOT NULL,
        days INTEGER NOT NULL,
        time_of_day VARCHAR(5) NOT NULL,
        body TEXT NOT NULL,
        is_on BOOLEAN DEFAULT 1 NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_event_reminders PRIMARY KEY (id),
        CONSTRAINT unique_event_step UNIQUE (event_id, days, time_of_day),
        CONSTRAINT ck_event_reminders_time_of_day CHECK (time_of_day GLOB '[0-2][0-9]:[0-5][0-9]'),
        CONSTRAINT fk_event_reminders_event_id FOREIGN KEY(event_id) REFERENCES events (id) ON DELETE CASCADE)""",
    f"ALTER TABLE scheduled_messages ADD COLUMN {REMINDER_OF}",
    "CREATE INDEX ix_scheduled_messages_event_reminder_id ON scheduled_messages (event_reminder_id)",
    """CREATE TABLE consent_events (
        id INTEGER NOT NULL,
        phone VARCHAR(20) NOT NULL,
        act VARCHAR(20) NOT NULL,
        method VARCHAR(20) NOT NULL,
        evidence TEXT,
        actor VARCHAR(80),
        import_id INTEGER,
        at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_consent_events PRIMARY KEY (id),
        CONSTRAINT ck_consent_events_consentact CHECK (act IN ('granted', 'withdrawn', 'returned')),
        CONSTRAINT ck_consent_events_consentmethod CHECK (method IN ('import', 'form', 'keyword', 'stop', 'start',
            'admin', 'carrier')))""",
    "CREATE INDEX ix_consent_events_phone ON consent_events (phone, id)",
    "CREATE INDEX ix_consent_events_import_id ON consent_events (import_id)",
    """CREATE TRIGGER consent_events_no_update BEFORE UPDATE ON consent_events WHEN new.phone NOT GLOB '#*' OR
            new.act <> old.act OR new.method <> old.method OR new.at <> old.at BEGIN SELECT RAISE(ABORT,
            'consent_events is append-only'); END""",
    """CREATE TRIGGER consent_events_no_delete BEFORE DELETE ON consent_events BEGIN SELECT RAISE(ABORT,
            'consent_events is append-only'); END""",
    """CREATE TABLE erased_numbers (
        id INTEGER NOT NULL,
        phone_hash VARCHAR(64) NOT NULL,
        opted_out BOOLEAN DEFAULT 0 NOT NULL,
        erased_by VARCHAR(80) NOT NULL,
        erased_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_erased_numbers PRIMARY KEY (id), CONSTRAINT uq_erased_numbers_phone_hash UNIQUE (phone_hash))""",
    """CREATE TABLE person_notes (
        id INTEGER NOT NULL,
        phone VARCHAR(20) NOT NULL,
        body TEXT NOT NULL,
        created_by VARCHAR(80) NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_person_notes PRIMARY KEY (id),
        CONSTRAINT ck_person_notes_phone_is_e164 CHECK (phone GLOB '+[1-9]*' AND phone NOT GLOB '*[^+0-9]*'
            AND length(phone) <= 16))""",
    "CREATE INDEX ix_person_notes_phone ON person_notes (phone, id)",
)
# Every opt-out there is gets its line in the ledger, with what is known of it.
OPT_OUTS = """INSERT INTO consent_events (phone, act, method, evidence, at)
    SELECT phone, 'withdrawn', CASE source WHEN 'inbound' THEN 'stop' WHEN 'message_failure' THEN 'carrier'
    WHEN 'import' THEN 'import' ELSE 'admin' END, reason, created_at FROM unsubscribed_contacts ORDER BY id"""
TABLES = [match[1] for each in STATEMENTS if (match := re.match(r"CREATE TABLE (\w+)", each))]


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add columns, tables and triggers; write the opt-outs there are into the ledger."""
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for statement in STATEMENTS:
        connection.execute(statement)
    connection.execute("UPDATE imports SET checked_rows = row_count")
    written = connection.execute(OPT_OUTS).rowcount
    logger.info("%s opt-outs written into the ledger", written)


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Take all of it away again: reminders, the ledger and notes are lost."""
    connection.execute("DROP INDEX ix_scheduled_messages_event_reminder_id")
    connection.execute("ALTER TABLE scheduled_messages DROP COLUMN event_reminder_id")
    for table in reversed(TABLES):
        connection.execute(f"DROP TABLE {table}")
    for table, column in reversed(COLUMNS):
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    logger.info("%s tables and %s columns dropped", len(TABLES), len(COLUMNS) + 1)
