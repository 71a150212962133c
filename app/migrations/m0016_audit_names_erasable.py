"""The audit says who a deleted member was, until that person asks to be erased.

Its trigger lets that one change through: the names of a row's details become "erased".
"""

import logging
import sqlite3

BODY = "BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END"
NAMES_ARE_ERASED = (
    "WHEN json_extract(new.details, '$.names') IS NOT 'erased'"
    " OR json_extract(old.details, '$.names') IS NULL"
    " OR new.id <> old.id OR new.at <> old.at OR new.who <> old.who OR new.verb <> old.verb"
    " OR new.about IS NOT old.about OR new.client_ip IS NOT old.client_ip"
    " OR new.request_id IS NOT old.request_id"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Let names be erased."""
    _replace_trigger(connection, f"{NAMES_ARE_ERASED} {BODY}")
    logger.info("names in the audit can be erased")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Refuse every change again."""
    _replace_trigger(connection, BODY)
    logger.info("the audit refuses every change")


def _replace_trigger(connection: sqlite3.Connection, rule: str) -> None:
    connection.execute("DROP TRIGGER audit_events_no_update")
    connection.execute(
        f"CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events {rule}"
    )
