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
OLDER_ID_DIGITS = 16
KEY_REPLACED_VERB = "audit.key_replaced"
PROGRAM_NAME = "SMS Admin"


class StatementRunner(Protocol):
    """Runs statements of sql.py in an open write transaction."""

    def fetch(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""


# Where nothing of an older release is left to chain; so it stays.
_finished_databases: set[Path] = set()
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
    key = find_chain_key(runner, database)
    _finish_chain(runner, database, key)
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


def continue_audit_chain(
    runner: StatementRunner, database: Path, *, limit: int = CHAINED_AT_ONCE
) -> bool:
    """Chain up to `limit` rows of an older release; whether all are. Inside a write transaction.

    100,000 rows take 2 s of one core, so it is called before the program serves, slice by slice:
    a process that is killed meanwhile goes on where it was.
    """
    key = find_chain_key(runner, database)
    return _chain_rows(runner, key, limit)


def _find_last_row(runner: StatementRunner) -> tuple[int, str]:
    """Return the highest id, and the mac that the next row is chained to."""
    last_id = runner.fetch(sql.LAST_ID)[0][0] or 0
    _, anchored_id, anchored_mac, *_ = runner.fetch(sql.NEWEST_ANCHOR)[0]
    chained = runner.fetch(sql.LAST_CHAINED_ROW)
    last_id = max(last_id, anchored_id)
    if chained and chained[0][0] > anchored_id:
        return last_id, chained[0][1]
    return last_id, anchored_mac


def find_chain_key(runner: StatementRunner, database: Path) -> AuditKey:
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
    """Write the first anchor. The rows that are there are chained by the next calls."""
    last_id = runner.fetch(sql.LAST_ID)[0][0] or 0
    if runner.fetch(sql.LAST_CHAINED_ROW) or read_chain_head(database):
        # There was a chain, and somebody took its anchors away: no row of then is vouched for.
        log.error("the audit's anchors are gone: rows up to %s are not protected", last_id)
        add_anchor(runner, key, AnchorKind.START, last_id, _build_first_mac(0))
    else:
        add_anchor(runner, key, AnchorKind.START, 0, _build_first_mac(last_id))
    _finished_databases.discard(database)


def _build_first_mac(older_id: int) -> str:
    """Return what stands for a mac before the first row: random, and up to where rows are older."""
    return f"{older_id:0{OLDER_ID_DIGITS}x}{secrets.token_hex(24)}"


def parse_older_id(first_mac: str) -> int:
    """Return the last row of an older release, which may not be chained yet."""
    return int(first_mac[:OLDER_ID_DIGITS], 16)


def _finish_chain(runner: StatementRunner, database: Path, key: AuditKey) -> None:
    """Chain what the start did not get to; a row after them would have nothing to follow."""
    if database in _finished_databases:
        return
    if _chain_rows(runner, key, 0):
        # Not remembered before: this transaction may still be undone.
        _finished_databases.add(database)
        return
    while not _chain_rows(runner, key, CHAINED_AT_ONCE):
        pass


def _chain_rows(runner: StatementRunner, key: AuditKey, limit: int) -> bool:
    """Chain up to `limit` rows of an older release; return whether none is left."""
    starts = runner.fetch(sql.NEWEST_START)
    if not starts:
        return True
    chained = runner.fetch(sql.LAST_CHAINED_ROW)
    last_id, previous_mac = chained[0] if chained else starts[0]
    older_id = parse_older_id(starts[0][1])
    if last_id >= older_id:
        return True
    digest_place = sql.CHAINED_COLUMNS.index("people_digest")
    changes: list[tuple[str, str, int]] = []
    places = {"after": last_id, "until": older_id, "limit": limit}
    for *values, people in runner.fetch(sql.ROWS_TO_CHAIN, **places):
        values[digest_place] = digest_people(people)
        previous_mac = compute_mac(key, previous_mac, values)
        changes.append((values[digest_place], previous_mac, values[0]))
    runner.run_many(sql.CHAIN_ROW, changes)
    # None of them is here any more: the archive has them.
    return not changes and limit > 0


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
