"""The files beside the database that the audit's chain needs: its key, and its last row.

Neither is in the database, so that whoever changes rows there cannot make the chain fit.
"""

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any, NamedTuple

KEY_BYTES = 32
KEY_ID_DIGITS = 16
MAX_FILE_BYTES = 10_000
# The file is read once a process: it never changes, but for a line that an admin adds.
_keys_by_path: dict[Path, "tuple[AuditKey, ...]"] = {}


class AuditKey(NamedTuple):
    """A key of the chain; `id` names it in the database without giving it away."""

    id: str
    # An HMAC that has taken in the key: copying it for each row takes half the time.
    begun_hmac: hmac.HMAC


class ChainHead(NamedTuple):
    """The last row of the chain when it was looked at."""

    last_id: int
    mac: str


def get_key_file(database: Path) -> Path:
    """Return the path of the keys: hex, one a line, the newest last."""
    return database.with_name(f"{database.name}.audit_key")


def get_head_file(database: Path) -> Path:
    """Return the path of the file that says which row was the last."""
    return database.with_name(f"{database.name}.audit_head")


def read_audit_keys(database: Path) -> tuple[AuditKey, ...]:
    """Return the keys of the file, () without one. Creates nothing; raises OSError."""
    path = get_key_file(database)
    if not path.exists():
        return ()
    lines = path.read_text()[:MAX_FILE_BYTES].split()
    return tuple(_parse_key(line) for line in lines if len(line) == 2 * KEY_BYTES)


def load_audit_keys(database: Path) -> tuple[AuditKey, ...]:
    """Return the keys, which the first call writes to the file. Several processes may call it."""
    keys = _keys_by_path.get(database, ())
    if not keys or not get_key_file(database).exists():
        keys = read_audit_keys(database) or _create_key_file(database)
        _keys_by_path[database] = keys
    return keys


def _parse_key(line: str) -> AuditKey:
    secret = bytes.fromhex(line)
    key_id = hashlib.sha256(secret).hexdigest()[:KEY_ID_DIGITS]
    return AuditKey(key_id, hmac.new(secret, digestmod="sha256"))


def _create_key_file(database: Path) -> tuple[AuditKey, ...]:
    path = get_key_file(database)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write_file(draft, secrets.token_hex(KEY_BYTES) + "\n")
        # Linking a finished file: the first process wins, and none reads a half-written key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return read_audit_keys(database)


def read_chain_head(database: Path) -> ChainHead | None:
    """Return what the file says; None when it is missing or cannot be read."""
    try:
        values: dict[str, Any] = json.loads(get_head_file(database).read_text()[:MAX_FILE_BYTES])
        return ChainHead(int(values["last_id"]), str(values["mac"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_chain_head(database: Path, head: ChainHead) -> None:
    """Replace the file in one step. Raises OSError."""
    path = get_head_file(database)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write_file(draft, json.dumps(head._asdict()) + "\n")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def forget_chain_head(database: Path) -> None:
    """Delete the file: the demo was erased, and its audit with it."""
    get_head_file(database).unlink(missing_ok=True)


def _write_file(path: Path, text: str) -> None:
    """Write a new file that only its owner can read, down to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
