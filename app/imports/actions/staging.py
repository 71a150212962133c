"""Judged rows are laid down and compared with the list they are for.

The list itself is not touched.
"""

from dataclasses import dataclass

from sqlalchemy import case, delete, func, literal, select, update

from app.core.db import db, execute_and_count_rows, raw_connection
from app.imports.actions.checking import Slice
from app.imports.actions.reading import Reading
from app.imports.actions.target import AlreadyEnded, Target
from app.imports.models import READABLE, Import, ImportRow, ImportState, RowVerdict
from app.suppression.queries import select_list_suppression_reason

COUNTS = {
    RowVerdict.NEW: "added_count",
    RowVerdict.CHANGED: "changed_count",
    RowVerdict.RENAMED: "renamed_count",
    RowVerdict.SAME: "same_count",
    RowVerdict.REPEATED: "repeated_count",
    RowVerdict.BAD: "bad_count",
}
LAY_DOWN = "INSERT INTO import_rows (import_id, line, name, phone, verdict, reason, cells) VALUES ({id:d}, ?, ?, ?, ?, ?, ?)"
UNSEEN = {"synchronize_session": False}  # nobody holds these rows as objects


@dataclass(frozen=True)
class Upload:
    """The file as it came: the name it had (only ever shown), the name it is kept under, who
    brought it, and how the people in it said yes to texts (None: nobody said).
    """

    file_name: str
    stored_as: str
    created_by: str
    consent: str | None = None


def begin(upload: Upload, reading: Reading | None, target: Target) -> Import:
    """A new import of which no row is checked yet.

    Without a reading its file is still being read: see settle().
    """
    row = Import(
        pool=target.pool,
        created_by=upload.created_by,
        file_name=upload.file_name,
        stored_as=upload.stored_as,
        consent=upload.consent,
        encoding=reading.encoding if reading else None,
        columns=reading.layout if reading else None,
        row_count=reading.people if reading else 0,
        checked_rows=0,
    )
    db.session.add(row)
    db.session.flush()
    return row


def settle(import_id: int, reading: Reading, target: Target) -> None:
    """The file is read to its end: its check begins, unless another request was faster.

    Raises AlreadyEnded.
    """
    if open_one(import_id, target).is_unread:
        restart(import_id, reading, target)


def restart(import_id: int, reading: Reading, target: Target) -> Import:
    """The same file, read in another way: its check begins anew. Raises AlreadyEnded."""
    row = open_one(import_id, target)
    execute_and_count_rows(
        delete(ImportRow)
        .where(ImportRow.import_id == import_id)
        .execution_options(**UNSEEN)
    )
    row.encoding, row.columns, row.row_count, row.checked_rows = (
        reading.encoding,
        reading.layout,
        reading.people,
        0,
    )
    count(row)
    return row


def open_one(import_id: int, target: Target) -> Import:
    """An import that waits for a yes, as it is inside this write section. Raises AlreadyEnded."""
    row = db.session.get(Import, import_id, populate_existing=True)
    if row is None or row.pool != target.pool or row.state is not ImportState.CHECKED:
        raise AlreadyEnded
    return row


def lay_down(import_id: int, piece: Slice, target: Target) -> bool:
    """Add a slice of judged rows.

    False, and nothing is added, when another request was faster. Raises AlreadyEnded.
    """
    row = open_one(import_id, target)
    if (row.checked_rows, row.columns) != (piece.start, piece.layout):
        return False
    raw_connection().executemany(LAY_DOWN.format(id=import_id), piece.rows)
    row.checked_rows += len(piece.rows)
    if piece.rows:
        compare(import_id, target, piece.rows[0][0])
    count(row)
    return True


def compare(
    import_id: int, target: Target, first_line: int, last_line: int | None = None
) -> None:
    """Judge readable rows of these lines by what the list says of their numbers, in two
    statements.
    """
    here = target.table.c
    mine = [ImportRow.import_id == import_id, ImportRow.line >= first_line]
    if last_line is not None:
        mine.append(ImportRow.line <= last_line)
    verdict = case(
        (
            ImportRow.name.is_(None) | (ImportRow.name == here.name),
            RowVerdict.SAME.value,
        ),
        (here.name.is_(None), RowVerdict.CHANGED.value),
        else_=RowVerdict.RENAMED.value,
    )
    reason = case(
        (
            ImportRow.name != here.name,
            literal("On the list as “") + here.name + literal("”."),
        )
    )
    known = update(ImportRow).where(
        *mine, ImportRow.verdict == RowVerdict.NEW, target.same_person()
    )
    execute_and_count_rows(
        known.values(verdict=verdict, reason=reason).execution_options(**UNSEEN)
    )
    if target.gets_texts:
        why = select_list_suppression_reason(ImportRow.phone)
        whom_not = update(ImportRow).where(
            *mine, ImportRow.verdict.in_(READABLE), why.is_not(None)
        )
        execute_and_count_rows(
            whom_not.values(left_out=why).execution_options(**UNSEEN)
        )


def count(row: Import) -> None:
    """Count what the rows of an import are by now."""
    rows = (
        select(ImportRow.verdict, func.count())
        .where(ImportRow.import_id == row.id)
        .group_by(ImportRow.verdict)
    )
    found = {verdict: many for verdict, many in db.session.execute(rows)}
    for verdict, column in COUNTS.items():
        setattr(row, column, found.get(verdict, 0))
    unheard = select(func.count()).where(
        ImportRow.import_id == row.id, ImportRow.left_out.is_not(None)
    )
    row.left_out_count = db.session.scalar(unheard) or 0
    db.session.flush()
