"""The do-not-text list is read along indexes in each of its orders, however long it is."""

import logging
import sqlite3

BEFORE = {
    "ix_suppressed_contacts_created_at": "suppressed_contacts (created_at)",
    "ix_unsubscribed_contacts_created_at": "unsubscribed_contacts (created_at)",
}
AFTER = {
    "ix_suppressed_contacts_created_at": "suppressed_contacts (created_at, id, phone, category, source)",
    "ix_suppressed_contacts_phone": "suppressed_contacts (phone, id, category, source, created_at)",
    "ix_suppressed_contacts_source": "suppressed_contacts (source, created_at, category)",
    "ix_unsubscribed_contacts_created_at": "unsubscribed_contacts (created_at, id, name, phone, source)",
    "ix_unsubscribed_contacts_phone": "unsubscribed_contacts (phone, id, name, source, created_at)",
    "ix_unsubscribed_contacts_source": "unsubscribed_contacts (source, created_at, name, phone)",
    "ix_unsubscribed_contacts_name": (
        "unsubscribed_contacts (name IS NULL, name COLLATE NOCASE, id, phone, source, created_at)"
    ),
    "ix_unsubscribed_contacts_name_back": (
        "unsubscribed_contacts (name IS NULL, name COLLATE NOCASE DESC, id DESC, phone, source, created_at)"
    ),
}


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the indexes anew, wider, and more of them: for names both ways, for numbers, for sources."""
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
