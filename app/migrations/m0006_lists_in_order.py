"""The do-not-text list is read along indexes in each of its orders, however long it is."""

import logging
import sqlite3

BEFORE = {
    "ix_suppressed_contacts_created_at": "suppressed_contacts (created_at)",
    "ix_unsubscribed_contacts_created_at": "unsubscribed_contacts (created_at)",
}
AFTER = {
    "ix_suppressed_contacts_created_at": "suppressed_contacts (created_at, id, phone, category, source)",
    "ix_unsubscribed_contacts_created_at": "unsubscribed_contacts (created_at, id, name, phone, source)",
    "ix_unsubscribed_contacts_name": "unsubscribed_contacts (name IS NULL, name COLLATE NOCASE, id, phone, source)",
}


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the indexes anew, wider, and one more for names."""
    _replace(connection, BEFORE, AFTER)
    logger.info("%s indexes of the do-not-text list made", len(AFTER))


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Put the former indexes back."""
    _replace(connection, AFTER, BEFORE)
    logger.info("%s indexes of the do-not-text list put back", len(BEFORE))


def _replace(connection: sqlite3.Connection, old: dict[str, str], new: dict[str, str]) -> None:
    for name in old:
        connection.execute(f"DROP INDEX {name}")
    for name, on in new.items():
        connection.execute(f"CREATE INDEX {name} ON {on}")
