"""The file beside the database: which installation it belongs to, and how many texts it sent.

A copy that is put in the place of the database brings an older count; the file stays.
"""

import contextlib
import json
import os
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

from app.domain.delivery.installation_rules import InstallationRecord, Surroundings

MACHINE_ID_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
MAX_FILE_BYTES = 10_000


def get_installation_file(database: Path) -> Path:
    """Return the path of the file that belongs to this database."""
    return database.with_name(f"{database.name}.installation")


def read_installation_file(database: Path) -> InstallationRecord | None:
    """Return what the file says; None when it is missing or cannot be read."""
    try:
        text = get_installation_file(database).read_bytes()[:MAX_FILE_BYTES]
        values = json.loads(text)
        return InstallationRecord(
            installation_id=_read_text(values, "installation_id"),
            machine=_read_text(values, "machine"),
            path=_read_text(values, "path"),
            armed_count=int(values["armed_count"]),
            is_restored=bool(values.get("is_restored")),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _read_text(values: dict[str, object], name: str) -> str | None:
    value = values.get(name)
    return None if value is None else str(value)


def write_installation_file(database: Path, record: InstallationRecord) -> None:
    """Replace the file in one step; only its owner may read it. Raises OSError."""
    path = get_installation_file(database)
    new_path = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(new_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(record), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new_path, path)
    finally:
        new_path.unlink(missing_ok=True)


def mark_restored(database: Path) -> None:
    """Note in the file that a copy took the database's place: the start holds sending then."""
    record = read_installation_file(database) or InstallationRecord(None, None, None, 0)
    write_installation_file(database, replace(record, is_restored=True))


def clear_restored_mark(database: Path) -> int:
    """Note that a person has looked at what was restored; return the count that the file knows."""
    record = read_installation_file(database)
    if record is None:
        return 0
    if record.is_restored:
        write_installation_file(database, replace(record, is_restored=False))
    return record.armed_count


def read_surroundings(database: Path, owner_path: str | None) -> Surroundings:
    """Return where this process runs; `owner_path` is the file that the installation had."""
    path = str(database.resolve())
    return Surroundings(
        machine=read_machine_identity(database),
        path=path,
        has_original=bool(owner_path and owner_path != path and _is_other_file(owner_path, path)),
    )


def read_machine_identity(database: Path) -> str:
    """Return a hash that tells this machine from others, without telling which it is.

    A container without a machine id is known by the inode of the folder that holds the data.
    """
    identity = f"folder {database.resolve().parent.stat().st_ino}"
    for file in MACHINE_ID_FILES:
        with contextlib.suppress(OSError, ValueError):
            text = file.read_text().strip()
            if text and text != "uninitialized":
                identity = text
                break
    return sha256(f"sms admin {identity}".encode()).hexdigest()


def _is_other_file(owner_path: str, path: str) -> bool:
    """Whether the former path still holds a database, and not this one under another name."""
    with contextlib.suppress(OSError):
        return os.path.getsize(owner_path) > 0 and not os.path.samefile(owner_path, path)
    return False
