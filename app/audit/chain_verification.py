"""Verifies the audit's chain with a sqlite3 connection: what was changed, and from which row on."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from app.audit import sql
from app.audit.audit_chain import (
    compute_mac,
    compute_seal,
    digest_people,
    parse_older_id,
)
from app.audit.chain_files import AuditKey, ChainHead
from app.audit.models import ERASED_PEOPLE, AnchorKind
from app.migrations.database_file import open_read_only
from app.migrations.migration_errors import MigrationError

ADVICE = "Compare with a backup from before, and find out who can write to the database file."
ANCHORS_LINE = (
    "The audit’s chain has no start (audit_anchors is empty), so its rows are not "
    f"protected. {ADVICE}"
)
SEAL_LINE = f"Anchor {{}} of the audit was not written by SMS Admin. {ADVICE}"
UNCHAINED_LINE = f"Audit row {{}} was inserted by another program. {ADVICE}"
MISSING_LINE = f"Audit rows after {{}} are missing: the next one is {{}}. {ADVICE}"
CHANGED_LINE = f"Audit row {{}} was changed, or rows before it were deleted or inserted. {ADVICE}"
PEOPLE_LINE = f"The names in audit row {{}} were changed. {ADVICE}"
FORGED_LINE = f"{{}} audit rows up to {{}} are not protected, the first is {{}}. {ADVICE}"
ARCHIVE_LINE = (
    "Archived audit rows after {} are missing: look for the files audit-….db of the folder archive "
    f"in the backups. {ADVICE}"
)
UNREADABLE_LINE = f"An archive of the audit cannot be read. {ADVICE}"
TAIL_LINE = (
    "The newest audit rows are missing or others: row {} was written, says the file beside the "
    "database. If an older copy of the database was put in its place, that is why; start SMS "
    "Admin once, and the audit says it. Otherwise rows were deleted. " + ADVICE
)


class _Anchor(NamedTuple):
    kind: str
    last_id: int
    mac: str
    key_id: str
    at: str
    seal: str


class _Segment(NamedTuple):
    """Rows after `after`, which begin with `mac`; `end` is where the next key begins, or None."""

    after: int
    mac: str
    key: AuditKey | None
    end: int | None
    is_start: bool


def verify_audit_chain(
    connection: sqlite3.Connection, keys: Sequence[AuditKey], head: ChainHead | None = None
) -> list[str]:
    """Return a line for each thing that is wrong with the audit's chain; [] when nothing is.

    `keys` are those of the file beside the database, `head` what the other file says was the last
    row. Rows of a key that is not there cannot be verified and count as right; without any key
    nothing is said. Reads every row: 100,000 take half a second.
    """
    anchors = [_Anchor(*row) for row in connection.execute(sql.ALL_ANCHORS)]
    if not anchors:
        has_chain = connection.execute(sql.LAST_CHAINED_ROW).fetchone() is not None
        return [ANCHORS_LINE] if has_chain or head is not None else []
    if not keys:
        return []
    keys_by_id = {key.id: key for key in keys}
    lines = list(_find_broken_seals(anchors, keys_by_id))
    segments = _split_segments(anchors, keys_by_id)
    lines += _find_rows_before(connection, segments[0].after)
    rows = connection.execute(sql.ROWS_TO_VERIFY, {"after": segments[0].after})
    lines += filter(None, [_verify_segments(rows, segments)[0]])
    if not _has_head(connection, head, segments[0].after):
        lines.append(TAIL_LINE.format(head.last_id if head else 0))
    return lines


def _find_broken_seals(anchors: Sequence[_Anchor], keys: dict[str, AuditKey]) -> Iterator[str]:
    for number, anchor in enumerate(anchors, 1):
        key = keys.get(anchor.key_id)
        if key is None:
            continue
        seal = compute_seal(key, anchor.kind, anchor.last_id, anchor.mac, anchor.at)
        if seal != anchor.seal:
            yield SEAL_LINE.format(number)


def _split_segments(anchors: Sequence[_Anchor], keys: dict[str, AuditKey]) -> list[_Segment]:
    """Return the parts of the chain, each with its own key, from where it begins today."""
    begin = max(
        (anchor for anchor in anchors if anchor.kind != AnchorKind.NEW_KEY.value),
        key=lambda anchor: anchor.last_id,
    )
    # What an archive took may have had another key than the rows that are left.
    former: list[_Anchor] = []
    later: list[_Anchor] = []
    for anchor in anchors:
        if anchor.kind != AnchorKind.ARCHIVED.value:
            (former if anchor.last_id <= begin.last_id else later).append(anchor)
    key_ids = [former[-1].key_id, *(anchor.key_id for anchor in later)]
    starts = [begin, *later]
    ends = [anchor.last_id for anchor in later] + [None]
    return [
        _Segment(
            start.last_id,
            start.mac,
            keys.get(key_id),
            end,
            start.kind == AnchorKind.START.value,
        )
        for start, key_id, end in zip(starts, key_ids, ends, strict=True)
    ]


def _find_rows_before(connection: sqlite3.Connection, last_id: int) -> Iterator[str]:
    count, first_id = connection.execute(sql.ROWS_BEFORE, {"last_id": last_id}).fetchone()
    if count:
        yield FORGED_LINE.format(f"{count:,}", last_id, first_id)


def verify_audit_archives(
    connection: sqlite3.Connection, keys: Sequence[AuditKey], archives: Sequence[Path]
) -> list[str]:
    """Return a line for the first thing that is wrong with the rows that moved into archives.

    `archives`: their files, the oldest first. Nothing is said without a key, as of the chain.
    """
    anchors = [_Anchor(*row) for row in connection.execute(sql.ALL_ANCHORS)]
    chain = []
    end = None
    for anchor in anchors:
        if anchor.kind == AnchorKind.ARCHIVED.value:
            end = anchor
        else:
            chain.append(anchor)
    if not keys or end is None or not chain:
        return []
    segments = _split_segments(chain, {key.id: key for key in keys})
    if end.last_id <= segments[0].after:
        return []
    rows = _read_archives(archives, segments[0].after, end.last_id)
    try:
        problem, last_id, mac = _verify_segments(rows, segments)
    except (sqlite3.DatabaseError, MigrationError):
        return [UNREADABLE_LINE]
    if problem:
        return [f"In the archive: {problem}"]
    if (last_id, mac) != (end.last_id, end.mac):
        return [ARCHIVE_LINE.format(last_id)]
    return []


def _read_archives(
    archives: Sequence[Path], after_id: int, last_id: int
) -> Iterator[tuple[Any, ...]]:
    for path in archives:
        with open_read_only(path) as archive:
            for row in archive.execute(sql.ROWS_TO_VERIFY, {"after": after_id}):
                if row[0] > last_id:
                    return
                yield row


def _verify_segments(
    rows: Iterable[tuple[Any, ...]], segments: Sequence[_Segment]
) -> tuple[str, int, str]:
    """Return the first thing that is wrong, "" when none is, and id and mac of the last good row.

    All that follows a wrong row would be wrong too.
    """
    remaining = list(segments)
    older_id = parse_older_id(segments[0].mac) if segments[0].is_start else 0
    segment = remaining.pop(0)
    previous_id, previous_mac = segment.after, segment.mac
    for row in rows:
        while segment.end is not None and row[0] > segment.end:
            segment = remaining.pop(0)
            previous_mac = segment.mac
        if row[-1] is None and row[0] <= older_id:
            # The start of the program has not got there yet: rows after it have no mac either.
            continue
        problem = _find_row_problem(row, previous_id, previous_mac, segment.key)
        if problem:
            return problem, previous_id, previous_mac
        previous_id, previous_mac = row[0], row[-1]
    return "", previous_id, previous_mac


def _find_row_problem(
    row: tuple[Any, ...], previous_id: int, previous_mac: str, key: AuditKey | None
) -> str:
    *values, people, mac = row
    row_id = values[0]
    if mac is None:
        return UNCHAINED_LINE.format(row_id)
    if key is not None and compute_mac(key, previous_mac, values) != mac:
        if row_id != previous_id + 1:
            return MISSING_LINE.format(previous_id, row_id)
        return CHANGED_LINE.format(row_id)
    digest = values[sql.CHAINED_COLUMNS.index("people_digest")]
    if people is not None and people != ERASED_PEOPLE and digest_people(people) != digest:
        return PEOPLE_LINE.format(row_id)
    if people is None and digest is not None:
        return PEOPLE_LINE.format(row_id)
    return ""


def _has_head(connection: sqlite3.Connection, head: ChainHead | None, after: int) -> bool:
    """Whether the last row that was seen is still there, or in the archive."""
    if head is None or head.last_id <= after:
        return True
    row = connection.execute(sql.ROW_MAC, {"id": head.last_id}).fetchone()
    return row is not None and row[0] == head.mac
