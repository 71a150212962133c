"""People, and which numbers they have: one person for every number that is known already."""

import logging
import sqlite3

PUBLIC_ID = "lower(hex(randomblob(8)))"
PEOPLE = f"""CREATE TABLE people (
    id INTEGER NOT NULL,
    public_id VARCHAR(16) DEFAULT ({PUBLIC_ID}) NOT NULL,
    language VARCHAR(8),
    birthday DATE,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT pk_people PRIMARY KEY (id),
    CONSTRAINT uq_people_public_id UNIQUE (public_id))"""
PHONES = """CREATE TABLE person_phones (
    id INTEGER NOT NULL,
    phone VARCHAR(20) NOT NULL,
    person_id INTEGER NOT NULL,
    rank INTEGER DEFAULT '1' NOT NULL,
    kind VARCHAR(20) DEFAULT 'mobile' NOT NULL,
    since DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    until DATETIME,
    CONSTRAINT pk_person_phones PRIMARY KEY (id),
    CONSTRAINT ck_person_phones_phone_is_e164 CHECK (phone GLOB '+[1-9]*' AND
        phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16),
    CONSTRAINT ck_person_phones_rank CHECK (rank >= 1),
    CONSTRAINT uq_person_phones_phone UNIQUE (phone),
    CONSTRAINT fk_person_phones_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    CONSTRAINT ck_person_phones_kind CHECK (kind IN ('mobile', 'landline', 'other')))"""
INDEX = "CREATE INDEX ix_person_phones_person_id ON person_phones (person_id, until, rank, phone)"
TABLES = (
    "community_members",
    "event_registrations",
    "group_members",
    "threads",
    "unsubscribed_contacts",
    "suppressed_contacts",
    "messages",
    "stop_questions",
    "person_notes",
)
IS_PHONE = "phone GLOB '+[1-9]*' AND phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16"
IS_NEW_PHONE = (
    "NOT EXISTS (SELECT 1 FROM person_phones WHERE phone = new.phone) AND "
    "new.phone GLOB '+[1-9]*' AND new.phone NOT GLOB '*[^+0-9]*' AND length(new.phone) <= 16"
)
ADD_PERSON = (
    f"INSERT INTO people (public_id) VALUES ({PUBLIC_ID}); "
    "INSERT INTO person_phones (phone, person_id) VALUES (new.phone, last_insert_rowid());"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make both tables, a person for each known number, and the triggers that keep it so."""
    for statement in (PEOPLE, PHONES, INDEX):
        connection.execute(statement)
    for table in (*TABLES, "survey_sessions"):
        # Sorted, so that the index of numbers is filled in its order. A number's person gets the
        # same id as the number's row: that pairs them in one statement each.
        connection.execute(
            "INSERT INTO person_phones (phone, person_id) "
            f"SELECT phone, 0 FROM (SELECT DISTINCT phone FROM {table} WHERE {IS_PHONE}) known "
            "WHERE NOT EXISTS (SELECT 1 FROM person_phones p WHERE p.phone = known.phone) "
            "ORDER BY phone"
        )
    connection.execute("UPDATE person_phones SET person_id = id")
    connection.execute("INSERT INTO people (id) SELECT id FROM person_phones")
    for table in TABLES:
        for name, moment in (("insert", "INSERT"), ("update", "UPDATE OF phone")):
            connection.execute(
                f"CREATE TRIGGER {table}_person_{name} AFTER {moment} ON {table} "
                f"WHEN {IS_NEW_PHONE} BEGIN {ADD_PERSON} END"
            )
    count = connection.execute("SELECT count(*) FROM people").fetchone()[0]
    logger.info("each known number has a person: %s people", count)


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: which numbers belong to one person is lost."""
    for table in TABLES:
        connection.execute(f"DROP TRIGGER {table}_person_insert")
        connection.execute(f"DROP TRIGGER {table}_person_update")
    connection.execute("DROP TABLE person_phones")
    connection.execute("DROP TABLE people")
    logger.info("numbers have no people")
