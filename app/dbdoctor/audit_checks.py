"""Checks of the audit's chain: whether rows were changed, deleted or inserted behind its back."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.audit.audit_archive_file import list_audit_archives
from app.audit.chain_files import get_key_file, read_audit_keys, read_chain_head
from app.audit.chain_verification import (
    ADVICE,
    verify_audit_archives,
    verify_audit_chain,
)
from app.dbdoctor.check import Check, Finding, Severity
from app.delivery.engine.installation_file import get_installation_file

AUDIT_CHAIN = Check("audit-chain", "{ids}", ADVICE)
AUDIT_KEY = Check(
    "audit-key",
    "{ids} is missing, so changes of the audit can’t be noticed.",
    "Copy it from the machine that the database came from, or from a copy of its folder. Without "
    "it, the next start makes a new chain, and the audit says so.",
    severity=Severity.WARNING,
)
AUDIT_CHECKS = (AUDIT_CHAIN, AUDIT_KEY)


def examine_audit(connection: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with the audit's chain.

    A copy in a folder of its own has no key and no installation: nothing is said of its chain.
    """
    try:
        keys = read_audit_keys(path)
        has_chain = connection.execute("SELECT 1 FROM audit_anchors LIMIT 1").fetchone()
        lines = verify_audit_chain(connection, keys, read_chain_head(path))
        lines += verify_audit_archives(connection, keys, list_audit_archives(path))
    # A table or a column is missing: the comparison of the schema says it.
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_ERROR":
            raise
        return
    if has_chain and not keys and get_installation_file(path).exists():
        yield AUDIT_KEY.report(get_key_file(path).name)
    for line in lines:
        yield AUDIT_CHAIN.report(line.removesuffix(f" {ADVICE}"))
