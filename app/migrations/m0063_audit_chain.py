"""The audit says which user, which thing and which people, and its rows form a chain.

Names and hashes of people move from `details` to a column of their own, `people`, so that
`details` never changes again. The rows are chained by the first start of the program, which has
the key (docs/decisions: the audit's chain).
"""

import logging
import sqlite3

ABORT = "BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END"
ERASED = '{"names": "erased"}'
COLUMNS = (
    "user_id INTEGER",
    "thing_kind VARCHAR(30)",
    "thing_id INTEGER",
    "thing_name VARCHAR(200)",
    "people TEXT",
    "people_digest VARCHAR(64)",
    "mac VARCHAR(64)",
)
TABLES = (
    """CREATE TABLE audit_people (
        phone_hash VARCHAR(64) NOT NULL,
        audit_event_id INTEGER NOT NULL,
        CONSTRAINT pk_audit_people PRIMARY KEY (phone_hash, audit_event_id)) WITHOUT ROWID""",
    """CREATE TABLE audit_anchors (
        id INTEGER NOT NULL,
        kind VARCHAR(20) NOT NULL
            CONSTRAINT ck_audit_anchors_anchorkind CHECK (kind IN ('start', 'archived', 'new_key')),
        last_id INTEGER NOT NULL,
        mac VARCHAR(64) NOT NULL,
        key_id VARCHAR(16) NOT NULL,
        at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        seal VARCHAR(64) NOT NULL,
        CONSTRAINT pk_audit_anchors PRIMARY KEY (id))""",
)
INDEXES = (
    "CREATE INDEX ix_audit_events_user_id_at ON audit_events (user_id, at)",
    "CREATE INDEX ix_audit_events_verb_at ON audit_events (verb, at)",
    "CREATE INDEX ix_audit_events_thing_kind_thing_id ON audit_events (thing_kind, thing_id)",
)
SAME_ROW = (
    "new.id = old.id AND new.at = old.at AND new.who = old.who AND new.verb = old.verb"
    " AND new.about IS old.about AND new.details IS old.details"
    " AND new.user_id IS old.user_id AND new.thing_kind IS old.thing_kind"
    " AND new.thing_id IS old.thing_id AND new.thing_name IS old.thing_name"
    " AND new.client_ip IS old.client_ip AND new.request_id IS old.request_id"
)
NAMES_ARE_ERASED = (
    f"old.people IS NOT NULL AND new.people = '{ERASED}'"
    " AND new.people_digest IS old.people_digest AND new.mac IS old.mac"
)
ROW_IS_CHAINED = "old.mac IS NULL AND new.mac IS NOT NULL AND new.people IS old.people"
TRIGGERS = (
    "CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events "
    f"WHEN NOT ({SAME_ROW} AND ({NAMES_ARE_ERASED} OR {ROW_IS_CHAINED})) {ABORT}",
    "CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events "
    "WHEN NOT EXISTS (SELECT 1 FROM audit_anchors WHERE kind = 'archived' "
    f"AND last_id >= old.id) {ABORT}",
    "CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events "
    f"WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = new.id) {ABORT}",
    "CREATE TRIGGER audit_anchors_no_update BEFORE UPDATE ON audit_anchors "
    "BEGIN SELECT RAISE(ABORT, 'audit_anchors is append-only'); END",
    "CREATE TRIGGER audit_anchors_no_delete BEFORE DELETE ON audit_anchors "
    "BEGIN SELECT RAISE(ABORT, 'audit_anchors is append-only'); END",
)
# A name that was used before its user of today was added is somebody else's.
FILL_USERS = """UPDATE audit_events SET user_id =
    (SELECT id FROM users WHERE username = audit_events.who AND created_at <= audit_events.at)"""
# Without the salt, the digest of an erased name would tell who guesses it that the guess is right.
MOVE_PEOPLE = """UPDATE audit_events SET
    people = CASE WHEN json_extract(details, '$.names') = 'erased' THEN '{"names": "erased"}'
        ELSE json_object('names', json_extract(details, '$.names'),
            'hashes', json_extract(details, '$.hashes'), 'salt', lower(hex(randomblob(8)))) END,
    details = nullif(json_remove(details, '$.names', '$.hashes'), '{}')
    WHERE details LIKE '%"hashes"%' AND json_valid(details)
        AND json_type(details, '$.hashes') = 'array'"""
FILL_PEOPLE = """INSERT OR IGNORE INTO audit_people (phone_hash, audit_event_id)
    SELECT h.value, e.id FROM audit_events e, json_each(e.people, '$.hashes') h
    WHERE e.people IS NOT NULL"""
MOVE_PEOPLE_BACK = """UPDATE audit_events SET details = json_patch(coalesce(details, '{}'),
    json_object('names', json_extract(people, '$.names'),
        'hashes', json(coalesce(json_extract(people, '$.hashes'), '[]'))))
    WHERE people IS NOT NULL AND json_valid(coalesce(details, '{}'))"""
# As migration 16 wrote them.
TRIGGERS_BEFORE = (
    "CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events "
    "WHEN json_extract(new.details, '$.names') IS NOT 'erased'"
    " OR json_extract(old.details, '$.names') IS NULL"
    " OR new.id <> old.id OR new.at <> old.at OR new.who <> old.who OR new.verb <> old.verb"
    " OR new.about IS NOT old.about OR new.client_ip IS NOT old.client_ip"
    f" OR new.request_id IS NOT old.request_id {ABORT}",
    f"CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events {ABORT}",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add columns, tables and rules; move the people of rows out of their details."""
    connection.execute("DROP TRIGGER audit_events_no_update")
    connection.execute("DROP TRIGGER audit_events_no_delete")
    for column in COLUMNS:
        connection.execute(f"ALTER TABLE audit_events ADD COLUMN {column}")
    for statement in (*TABLES, FILL_USERS, MOVE_PEOPLE, FILL_PEOPLE, *INDEXES, *TRIGGERS):
        connection.execute(statement)
    logger.info("the first start chains the rows of the audit")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Put the people back into the details; the chain is given up."""
    for name in ("no_update", "no_delete", "no_replace"):
        connection.execute(f"DROP TRIGGER audit_events_{name}")
    connection.execute(MOVE_PEOPLE_BACK)
    connection.execute("DROP TABLE audit_people")
    connection.execute("DROP TABLE audit_anchors")
    for name in ("user_id_at", "verb_at", "thing_kind_thing_id"):
        connection.execute(f"DROP INDEX ix_audit_events_{name}")
    for column in COLUMNS:
        connection.execute(f"ALTER TABLE audit_events DROP COLUMN {column.split()[0]}")
    for statement in TRIGGERS_BEFORE:
        connection.execute(statement)
    logger.info("the audit is no longer chained")
