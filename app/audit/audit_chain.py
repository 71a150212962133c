"""Appends rows to the audit: each one carries an HMAC over itself and the row before it.

This is the only way that rows come in, for the program and for the doctor. Flask and SQLAlchemy
are not needed.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from app.audit import sql
from app.audit.chain_files import AuditKey, load_audit_keys, read_chain_head
from app.audit.models import AnchorKind
from app.core.column_types import datetime_to_db

log = logging.getLogger(__name__)
CHAINED_AT_ONCE = 5_000
SALT_BYTES = 8
KEY_REPLACED_VERB = "audit.key_replaced"
PROGRAM_NAME = "SMS Admin"


class StatementRunner(Protocol):
    """Runs statements of sql.py in an open write transaction."""

    def fetch(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""


# Made once: json.dumps() makes one for each row of a million.
_encode_json = json.JSONEncoder(check_circular=False).encode


def compute_mac(key: AuditKey, previous_mac: str, values: Sequence[Any]) -> str:
    """Return the mac of a row: `values` are those of CHAINED_COLUMNS, as they are stored."""
    # JSON with its quotes: no two rows have the same text.
    content = _encode_json([previous_mac, *values])
    digest = key.begun_hmac.copy()
    digest.update(content.encode())
    return digest.hexdigest()


def compute_seal(key: AuditKey, kind: str, last_id: int, mac: str, at: str) -> str:
    """Return the seal of an anchor."""
    return compute_mac(key, "anchor", (kind, last_id, mac, at))


def digest_people(people: str | None) -> str | None:
    """Return what stands for `people` in the mac; the salt in it keeps names from being guessed."""
    if people is None:
        return None
    return hashlib.sha256(people.encode()).hexdigest()


def build_people(names: Any, hashes: Sequence[str]) -> str:
    """Return the erasable part of a row."""
    values = {"names": names, "hashes": list(hashes), "salt": secrets.token_hex(SALT_BYTES)}
    return json.dumps(values, ensure_ascii=False)


def append_audit_row(runner: StatementRunner, database: Path, values: Mapping[str, Any]) -> int:
    """Insert a row and return its id. Inside a write transaction.

    `values` are columns of CHAINED_COLUMNS, as they are stored, without `id`; `people`, and
    `hashes`, those of the people in it. What is missing is NULL, a missing `at` is now.
    """
    key = _find_chain_key(runner, database)
    last_id, previous_mac = _find_last_row(runner)
    row: dict[str, Any] = {**dict.fromkeys(sql.CHAINED_COLUMNS), **values}
    row["id"] = last_id + 1
    row["at"] = row["at"] or datetime_to_db(datetime.now(UTC))
    hashes = row.pop("hashes", ())
    people = row.pop("people", None)
    row["people_digest"] = digest_people(people)
    mac = compute_mac(key, previous_mac, [row[column] for column in sql.CHAINED_COLUMNS])
    runner.fetch(sql.INSERT_ROW, **row, people=people, mac=mac)
    if hashes:
        runner.run_many(sql.INSERT_PERSON, [(phone_hash, row["id"]) for phone_hash in hashes])
    return int(row["id"])


def start_audit_chain(runner: StatementRunner, database: Path) -> None:
    """Chain what an older release left unchained, unless that is done. Inside a write transaction.

    A million rows take some 12 s, so it is called before the program serves.
    """
    _find_chain_key(runner, database)


def _find_last_row(runner: StatementRunner) -> tuple[int, str]:
    """Return the highest id, and the mac that the next row is chained to."""
    last_id = runner.fetch(sql.LAST_ID)[0][0] or 0
    _, anchored_id, anchored_mac, *_ = runner.fetch(sql.NEWEST_ANCHOR)[0]
    chained = runner.fetch(sql.LAST_CHAINED_ROW)
    last_id = max(last_id, anchored_id)
    if chained and chained[0][0] > anchored_id:
        return last_id, chained[0][1]
    return last_id, anchored_mac


def _find_chain_key(runner: StatementRunner, database: Path) -> AuditKey:
    """Return the key of the next row, once there is a chain that it belongs to."""
    keys = load_audit_keys(database)
    anchors = runner.fetch(sql.NEWEST_ANCHOR)
    if not anchors:
        _begin_chain(runner, database, keys[-1])
        return keys[-1]
    key_id = anchors[0][3]
    for key in keys:
        if key.id == key_id:
            return key
    _replace_key(runner, keys[-1], key_id, database)
    return keys[-1]


def add_anchor(
    runner: StatementRunner, key: AuditKey, kind: AnchorKind, last_id: int, mac: str
) -> None:
    """Let the chain begin after the row `last_id`. Inside a write transaction."""
    at = datetime_to_db(datetime.now(UTC))
    seal = compute_seal(key, kind.value, last_id, mac, at)
    runner.fetch(
        sql.INSERT_ANCHOR,
        kind=kind.value,
        last_id=last_id,
        mac=mac,
        key_id=key.id,
        at=at,
        seal=seal,
    )


def _begin_chain(runner: StatementRunner, database: Path, key: AuditKey) -> None:
    """Write the first anchor and chain the rows that are there."""
    first_mac = secrets.token_hex(32)
    if runner.fetch(sql.LAST_CHAINED_ROW) or read_chain_head(database):
        # There was a chain, and somebody took its anchors away: no row of then is vouched for.
        last_id = runner.fetch(sql.LAST_ID)[0][0] or 0
        log.error("the audit's anchors are gone: rows up to %s are not protected", last_id)
        add_anchor(runner, key, AnchorKind.START, last_id, first_mac)
        return
    add_anchor(runner, key, AnchorKind.START, 0, first_mac)
    _chain_rows(runner, key, first_mac)


def _chain_rows(runner: StatementRunner, key: AuditKey, previous_mac: str) -> None:
    after = 0
    digest_place = sql.CHAINED_COLUMNS.index("people_digest")
    while rows := runner.fetch(sql.ROWS_TO_CHAIN, after=after, limit=CHAINED_AT_ONCE):
        chained = []
        for *values, people in rows:
            values[digest_place] = digest_people(people)
            previous_mac = compute_mac(key, previous_mac, values)
            chained.append((values[digest_place], previous_mac, values[0]))
        runner.run_many(sql.CHAIN_ROW, chained)
        after = rows[-1][0]
    if after:
        log.info("the audit's rows up to %s are chained", after)


def _replace_key(runner: StatementRunner, key: AuditKey, former_id: str, database: Path) -> None:
    """Go on with another key: the file of the former one is not on this machine.

    The row that says so stays in the audit for good.
    """
    last_id, mac = _find_last_row(runner)
    log.warning("the audit goes on with a new key: the former one is not beside the database")
    add_anchor(runner, key, AnchorKind.NEW_KEY, last_id, mac)
    details = json.dumps({"former_key": former_id, "new_key": key.id, "last_row": last_id})
    row = {"who": PROGRAM_NAME, "verb": KEY_REPLACED_VERB, "details": details}
    append_audit_row(runner, database, row)
