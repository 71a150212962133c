"""Names are stored composed (NFC), and once more as they are searched and sorted: without accents.

The folded name is filled here and kept by whatever writes the name (app/core/column_types.py).
"""

import logging
import sqlite3

from app.domain.texts.name_folding import compose_name, fold_name

FOLDED_TABLES = ("community_members", "unsubscribed_contacts")
NAMED_TABLES = (*FOLDED_TABLES, "event_registrations", "survey_sessions")
MEMBER_TRIGGERS = ("insert", "delete", "update")
OLD_INDEXES = {
    "ix_community_members_name": (
        "community_members (name IS NULL, name COLLATE NOCASE, id, phone)"
    ),
    "ix_community_members_phone": "community_members (phone, name)",
    "ix_community_members_created_at": "community_members (created_at, id, name, phone)",
    "ix_unsubscribed_contacts_created_at": (
        "unsubscribed_contacts (created_at, id, name, phone, source)"
    ),
    "ix_unsubscribed_contacts_phone": (
        "unsubscribed_contacts (phone, id, name, source, created_at)"
    ),
    "ix_unsubscribed_contacts_source": "unsubscribed_contacts (source, created_at, name, phone)",
    "ix_unsubscribed_contacts_name": (
        "unsubscribed_contacts (name IS NULL, name COLLATE NOCASE, id, phone, source, created_at)"
    ),
    "ix_unsubscribed_contacts_name_back": (
        "unsubscribed_contacts"
        " (name IS NULL, name COLLATE NOCASE DESC, id DESC, phone, source, created_at)"
    ),
}
# Search and order read the folded name only, so the indexes carry it in place of the name.
NEW_INDEXES = {
    index: on.replace(" COLLATE NOCASE", "").replace("name", "folded_name")
    for index, on in OLD_INDEXES.items()
}

# What other programs insert has no folded name yet: it is the name in small letters then.
FILL = (
    "UPDATE community_members SET folded_name = lower(new.name)"
    " WHERE id = new.id AND new.folded_name IS NULL AND new.name IS NOT NULL;"
)
OPT_OUT_TRIGGER = (
    "CREATE TRIGGER unsubscribed_contacts_fold AFTER INSERT ON unsubscribed_contacts"
    " WHEN new.folded_name IS NULL AND new.name IS NOT NULL BEGIN"
    " UPDATE unsubscribed_contacts SET folded_name = lower(new.name) WHERE id = new.id; END"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Compose the names, and add the folded ones with their search table and indexes."""
    connection.create_function("compose_name", 1, _compose, deterministic=True)
    connection.create_function("fold_name", 1, fold_name, deterministic=True)
    _drop_search(connection)
    for table in NAMED_TABLES:
        connection.execute(
            f"UPDATE {table} SET name = compose_name(name)"
            " WHERE name GLOB '*[^ -~]*' AND name <> compose_name(name)"
        )
    for index in OLD_INDEXES:
        connection.execute(f"DROP INDEX {index}")
    for table in FOLDED_TABLES:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN folded_name TEXT")
        connection.execute(f"UPDATE {table} SET folded_name = fold_name(name)")
    _create_indexes(connection, NEW_INDEXES)
    _create_search(connection, "folded_name", "coalesce({0}.folded_name, lower({0}.name))", FILL)
    connection.execute(OPT_OUT_TRIGGER)
    logger.info("names can be searched without their accents")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop the folded names; what was composed stays so."""
    _drop_search(connection)
    connection.execute("DROP TRIGGER unsubscribed_contacts_fold")
    for index in NEW_INDEXES:
        connection.execute(f"DROP INDEX {index}")
    for table in FOLDED_TABLES:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN folded_name")
    _create_indexes(connection, OLD_INDEXES)
    _create_search(connection, "name", "{0}.name", "")
    logger.info("names are searched as they are written")


def _compose(name: str | None) -> str | None:
    return None if name is None else compose_name(name)


def _create_indexes(connection: sqlite3.Connection, indexes: dict[str, str]) -> None:
    for index, on in indexes.items():
        connection.execute(f"CREATE INDEX {index} ON {on}")


def _drop_search(connection: sqlite3.Connection) -> None:
    for trigger in MEMBER_TRIGGERS:
        connection.execute(f"DROP TRIGGER community_search_{trigger}")
    connection.execute("DROP TABLE community_search")


def _create_search(connection: sqlite3.Connection, column: str, value: str, fill: str) -> None:
    """Create the search table of members over one column of names, and fill it.

    `value` is what it holds of a row, `fill` what an insert does besides.
    """
    insert = (
        f"INSERT INTO community_search(rowid, {column}, phone)"
        f" VALUES (new.id, {value.format('new')}, new.phone);"
    )
    delete = (
        f"INSERT INTO community_search(community_search, rowid, {column}, phone)"
        f" VALUES ('delete', old.id, {value.format('old')}, old.phone);"
    )
    for statement in (
        f"CREATE VIRTUAL TABLE community_search USING fts5({column}, phone,"
        " content='community_members', content_rowid='id', tokenize='trigram')",
        "CREATE TRIGGER community_search_insert AFTER INSERT ON community_members"
        f" BEGIN {insert} {fill} END",
        "CREATE TRIGGER community_search_delete AFTER DELETE ON community_members"
        f" BEGIN {delete} END",
        f"CREATE TRIGGER community_search_update AFTER UPDATE OF {column}, phone"
        f" ON community_members BEGIN {delete} {insert} END",
        "INSERT INTO community_search(community_search) VALUES ('rebuild')",
    ):
        connection.execute(statement)
