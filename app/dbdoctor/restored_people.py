"""What a restored copy must take over: passwords, erasures and opt-outs of since then.

The copy knows the old passwords and the people who were erased since. Both files are plain SQLite
here, of any version of the schema; neither the app nor SECRET_KEY is needed.
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.migrations import database_file
from app.migrations.migration_errors import MigrationError
from app.suppression.actions.erasure_file import KeptErasure, keep_erasures, read_kept_erasures
from app.suppression.stop_file import read_stop_file

PASSWORDS_UNKNOWN_LINE = (
    "The previous database cannot be read: passwords changed since the backup are the old ones."
)
SELECT_RECOVERY_CODES = (
    "SELECT username, code_hash FROM recovery_codes JOIN users ON users.id = user_id"
)
DISABLE_STATEMENT = "UPDATE users SET disabled_at = ? WHERE username = ? AND disabled_at IS NULL"
DELETE_LINKS_STATEMENT = "DELETE FROM account_links WHERE used_at IS NULL"
DELETE_CODE_STATEMENT = "DELETE FROM recovery_codes WHERE code_hash = ?"


@dataclass(frozen=True)
class SignInKey:
    """What a user signs in with, and what their sessions must have."""

    password_hash: str
    session_key: str


def carry_over_people(replaced: Path, copy: Path) -> list[str]:
    """Make users whose password was changed since choose a new one; return lines about it.

    Erasures since are kept in the file beside the database; the next start applies them again.
    """
    return [
        *_require_new_passwords(replaced, copy),
        *_withdraw_sign_ins(replaced, copy),
        *_carry_over_erasures(replaced, copy),
        *_describe_newer_stops(replaced, copy),
    ]


def _require_new_passwords(replaced: Path, copy: Path) -> list[str]:
    if not replaced.exists():
        return []
    keys = _read_sign_in_keys(replaced)
    if keys is None:
        return [PASSWORDS_UNKNOWN_LINE]
    changed, removed = [], []
    for username, key in (_read_sign_in_keys(copy) or {}).items():
        if username not in keys:
            removed.append(username)
        elif not _is_same_password(key, keys[username]):
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
    if removed and keys:
        lines.append(
            f"These users were deleted after the backup and are back: {', '.join(removed)}."
        )
    return lines


def _read_sign_in_keys(database: Path) -> dict[str, SignInKey] | None:
    """Return the key of each user by name; None when the file cannot be read."""
    rows = _read_rows(
        database, "SELECT username, password_hash, session_key FROM users ORDER BY id"
    )
    return None if rows is None else {name: SignInKey(*values) for name, *values in rows}


def _is_same_password(before: SignInKey, after: SignInKey) -> bool:
    """Whether nobody changed the password: a hash of a former method is renewed at a sign-in.

    Changing a password ends the user's sessions, so their key is another one then.
    """
    if before.password_hash == after.password_hash:
        return True
    methods = {key.password_hash.partition("$")[0] for key in (before, after)}
    has_hashes = all("$" in key.password_hash for key in (before, after))
    return has_hashes and len(methods) > 1 and before.session_key == after.session_key


def _withdraw_sign_ins(replaced: Path, copy: Path) -> list[str]:
    """Keep out who was disabled since, and let no link and no recovery code work twice."""
    disabled = _read_rows(
        replaced, "SELECT disabled_at, username FROM users WHERE disabled_at IS NOT NULL"
    )
    codes = _read_rows(replaced, SELECT_RECOVERY_CODES)
    used = []
    if codes:
        counts = Counter(username for username, _ in codes)
        rows = set(_read_rows(copy, SELECT_RECOVERY_CODES) or ()) - set(codes)
        used = [(code_hash,) for username, code_hash in rows if counts[username]]
    lines = []
    for statement, values, sentence in (
        (DISABLE_STATEMENT, disabled or [], "Users disabled since the backup: {count}."),
        (DELETE_LINKS_STATEMENT, [()], "Links to choose a password that work no more: {count}."),
        (DELETE_CODE_STATEMENT, used, "Recovery codes used since the backup: {count}."),
    ):
        count = _execute_if_known(copy, statement, values)
        if count:
            lines.append(sentence.format(count=count))
    return lines


def _execute_if_known(copy: Path, statement: str, values: Sequence[tuple[str, ...]]) -> int:
    """Execute a statement for each row of values; 0 in a copy that has no such table or column."""
    with database_file.open_for_writing(copy) as connection:
        try:
            return max(0, connection.executemany(statement, values).rowcount)
        except sqlite3.OperationalError as error:
            if "no such" not in str(error):
                raise
            return 0


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
