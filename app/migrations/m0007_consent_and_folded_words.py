"""Consent has a scope and more ways to be given; words that start something are compared folded.

`trigger_words.folded` is filled by the program (app/surveys/actions/trigger_words.py): folding
needs Unicode, which SQLite's functions do not know.
"""

import logging
import sqlite3

OLD_METHODS = "'import', 'form', 'keyword', 'stop', 'start', 'admin', 'carrier'"
NEW_METHODS = f"{OLD_METHODS}, 'text', 'verbal', 'written', 'email', 'web'"
COLUMNS = "id, phone, act, method, evidence, actor, import_id, at"
# An older release knows one way that fits: "on a form", written down by somebody.
OLD_METHOD = "CASE WHEN method IN ('text', 'verbal', 'written', 'email', 'web') THEN 'form' ELSE method END"


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rebuild the ledger with its new column and CHECK, and add the folded words."""
    _rebuild_ledger(connection, NEW_METHODS, "scope VARCHAR(40),", COLUMNS, "", "scope")
    connection.execute("ALTER TABLE trigger_words ADD COLUMN folded VARCHAR(40)")
    connection.execute("CREATE UNIQUE INDEX uq_trigger_words_folded ON trigger_words (folded)")
    logger.info("the consent ledger has scopes, and words are compared folded")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Put the former ledger back. A yes for one event only is left out: it would become one for all."""
    connection.execute("DROP INDEX uq_trigger_words_folded")
    connection.execute("ALTER TABLE trigger_words DROP COLUMN folded")
    values = COLUMNS.replace("method", OLD_METHOD)
    _rebuild_ledger(connection, OLD_METHODS, "", values, "WHERE scope IS NULL", "")
    logger.info("the consent ledger has no scopes any more")


def _rebuild_ledger(
    connection: sqlite3.Connection,
    methods: str,
    scope_column: str,
    values: str,
    condition: str,
    scope: str,
) -> None:
    """Copy the ledger into a table with this CHECK; SQLite cannot change one."""
    for statement in (
        f"""CREATE TABLE consent_events_new (
        id INTEGER NOT NULL,
        phone VARCHAR(20) NOT NULL,
        act VARCHAR(20) NOT NULL,
        method VARCHAR(20) NOT NULL,
        evidence TEXT,
        actor VARCHAR(80),
        import_id INTEGER,
        at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        {scope_column}
        CONSTRAINT pk_consent_events PRIMARY KEY (id),
        CONSTRAINT ck_consent_events_consentact CHECK (act IN ('granted', 'withdrawn', 'returned')),
        CONSTRAINT ck_consent_events_consentmethod CHECK (method IN ({methods})))""",
        f"INSERT INTO consent_events_new ({COLUMNS}) SELECT {values} FROM consent_events {condition} ORDER BY id",
        "DROP TABLE consent_events",
        "ALTER TABLE consent_events_new RENAME TO consent_events",
        "CREATE INDEX ix_consent_events_phone ON consent_events (phone, id)",
        "CREATE INDEX ix_consent_events_import_id ON consent_events (import_id)",
        _build_update_trigger(scope),
        """CREATE TRIGGER consent_events_no_delete BEFORE DELETE ON consent_events BEGIN SELECT RAISE(ABORT,
            'consent_events is append-only'); END""",
    ):
        connection.execute(statement)


def _build_update_trigger(scope: str) -> str:
    same_scope = f" OR new.{scope} IS NOT old.{scope}" if scope else ""
    return f"""CREATE TRIGGER consent_events_no_update BEFORE UPDATE ON consent_events WHEN new.phone NOT GLOB '#*' OR
            new.act <> old.act OR new.method <> old.method OR new.at <> old.at{same_scope} BEGIN SELECT RAISE(ABORT,
            'consent_events is append-only'); END"""
