"""What a restored copy must take over: passwords, erasures and opt-outs of since then.

The copy knows the old passwords and the people who were erased since. Both files are plain SQLite
here, of any version of the schema; neither the app nor SECRET_KEY is needed.
"""

import sqlite3
from pathlib import Path

from app.migrations import database_file
from app.migrations.migration_errors import MigrationError
from app.suppression.actions.erasure_file import KeptErasure, keep_erasures, read_kept_erasures
from app.suppression.stop_file import read_stop_file

PASSWORDS_UNKNOWN_LINE = (
    "The previous database cannot be read: passwords changed since the backup are the old ones."
)


def carry_over_people(replaced: Path, copy: Path) -> list[str]:
    """Make users whose password was changed since choose a new one; return lines about it.

    Erasures since are kept in the file beside the database; the next start applies them again.
    """
    return [
        *_require_new_passwords(replaced, copy),
        *_carry_over_erasures(replaced, copy),
        *_describe_newer_stops(replaced, copy),
    ]


def _require_new_passwords(replaced: Path, copy: Path) -> list[str]:
    if not replaced.exists():
        return []
    hashes = _read_password_hashes(replaced)
    if hashes is None:
        return [PASSWORDS_UNKNOWN_LINE]
    changed, removed = [], []
    for username, password_hash in (_read_password_hashes(copy) or {}).items():
        if username not in hashes:
            removed.append(username)
        elif hashes[username] != password_hash:
            changed.append(username)
    with database_file.open_for_writing(copy) as connection:
        connection.executemany(
            "UPDATE users SET must_change_password = 1 WHERE username = ?",
            [(username,) for username in (*changed, *removed)],
        )
    lines = []
    if changed:
        lines.append(
            "These users have an earlier password again and must choose a new one: "
            f"{', '.join(changed)}."
        )
    if removed and hashes:
        lines.append(
            f"These users were deleted after the backup and are back: {', '.join(removed)}."
        )
    return lines


def _read_password_hashes(database: Path) -> dict[str, str] | None:
    """Return the password hashes by user name; None when the file cannot be read."""
    rows = _read_rows(database, "SELECT username, password_hash FROM users ORDER BY id")
    return None if rows is None else {username: hash_ for username, hash_ in rows}


def _carry_over_erasures(replaced: Path, copy: Path) -> list[str]:
    keep_erasures(replaced, _read_erasures(replaced))
    known_hashes = {erasure.phone_hash for erasure in _read_erasures(copy)}
    count = len(read_kept_erasures(replaced).keys() - known_hashes)
    if count == 0:
        return []
    return [f"People erased since the backup will be erased again at the next start ({count})."]


def _describe_newer_stops(replaced: Path, copy: Path) -> list[str]:
    """Return a line about opt-outs and returns that the copy does not know; the start applies them.

    They are in the file beside the database, whatever way they were said.
    """
    try:
        content = read_stop_file(replaced)
    except OSError as error:
        return [f"The file of opt-outs cannot be read ({error.strerror}): nothing is sent before."]
    rows = _read_rows(copy, "SELECT position FROM stop_journal")
    position = int(rows[0][0]) if rows else -1
    newer = [line for line in content.lines.values() if line.position > position]
    if not newer:
        return []
    stopped = sum(not line.state.is_empty for line in newer)
    return [
        "Opt-outs, pauses and topics left since the backup, applied at the next start before "
        f"anything is sent: {stopped}. People who came back: {len(newer) - stopped}."
    ]


def _read_erasures(database: Path) -> list[KeptErasure]:
    statement = "SELECT phone_hash, opted_out, erased_by, erased_at FROM erased_numbers"
    return [
        KeptErasure(hash_, bool(opted_out), by or "", str(at))
        for hash_, opted_out, by, at in _read_rows(database, statement) or ()
    ]


def _read_rows(database: Path, statement: str) -> list[tuple[str, ...]] | None:
    """Return the rows; None when there is no such file or table, or it is damaged."""
    try:
        with database_file.open_read_only(database) as connection:
            return connection.execute(statement).fetchall()
    except (sqlite3.Error, MigrationError, OSError):
        return None
