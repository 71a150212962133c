"""Judged rows are laid down and compared with the list they are for.

The list itself is not touched.
"""

from dataclasses import dataclass

from sqlalchemy import case, delete, func, literal, select, update

from app.core.db import db, execute_and_count_rows, raw_connection
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.actions.row_checking import CheckedRowSlice
from app.imports.actions.spreadsheet_parsing import ParsedSpreadsheet
from app.imports.models import (
    READABLE_VERDICTS,
    Import,
    ImportRow,
    ImportState,
    RowVerdict,
)
from app.suppression.queries import select_list_suppression_reason

COUNT_COLUMNS = {
    RowVerdict.NEW: "added_count",
    RowVerdict.CHANGED: "changed_count",
    RowVerdict.RENAMED: "renamed_count",
    RowVerdict.SAME: "same_count",
    RowVerdict.REPEATED: "repeated_count",
    RowVerdict.BAD: "bad_count",
}
INSERT_ROW_SQL = "INSERT INTO import_rows (import_id, line, name, phone, verdict, reason, cells) VALUES ({id:d}, ?, ?, ?, ?, ?, ?)"
NO_SESSION_SYNC = {"synchronize_session": False}  # nobody holds these rows as objects


@dataclass(frozen=True)
class StoredUpload:
    """The file as it came: the name it had (only ever shown), the name it is kept under, who
    brought it, and how the people in it said yes to texts (None: nobody said).
    """

    file_name: str
    stored_as: str
    created_by: str
    consent: str | None = None


def create_import(
    upload: StoredUpload, reading: ParsedSpreadsheet | None, target: ImportTarget
) -> Import:
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
        row_count=reading.data_row_count if reading else 0,
        checked_rows=0,
    )
    db.session.add(row)
    db.session.flush()
    return row


def begin_import_check(import_id: int, reading: ParsedSpreadsheet, target: ImportTarget) -> None:
    """The file is read to its end: its check begins, unless another request was faster.

    Raises AlreadyEnded.
    """
    if get_open_import(import_id, target).is_being_read:
        restart_import_check(import_id, reading, target)


def restart_import_check(
    import_id: int, reading: ParsedSpreadsheet, target: ImportTarget
) -> Import:
    """The same file, read in another way: its check begins anew. Raises AlreadyEnded."""
    row = get_open_import(import_id, target)
    execute_and_count_rows(
        delete(ImportRow)
        .where(ImportRow.import_id == import_id)
        .execution_options(**NO_SESSION_SYNC)
    )
    row.encoding, row.columns, row.row_count, row.checked_rows = (
        reading.encoding,
        reading.layout,
        reading.data_row_count,
        0,
    )
    update_import_counts(row)
    return row


def get_open_import(import_id: int, target: ImportTarget) -> Import:
    """An import that waits for a yes, as it is inside this write section. Raises AlreadyEnded."""
    row = db.session.get(Import, import_id, populate_existing=True)
    if row is None or row.pool != target.pool or row.state is not ImportState.CHECKED:
        raise ImportAlreadyEnded
    return row


def store_checked_rows(import_id: int, piece: CheckedRowSlice, target: ImportTarget) -> bool:
    """Add a slice of judged rows.

    False, and nothing is added, when another request was faster. Raises AlreadyEnded.
    """
    row = get_open_import(import_id, target)
    if (row.checked_rows, row.columns) != (piece.row_offset, piece.layout):
        return False
    raw_connection().executemany(INSERT_ROW_SQL.format(id=import_id), piece.rows)
    row.checked_rows += len(piece.rows)
    if piece.rows:
        compare_rows_with_list(import_id, target, piece.rows[0][0])
    update_import_counts(row)
    return True


def compare_rows_with_list(
    import_id: int, target: ImportTarget, first_line: int, last_line: int | None = None
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
        *mine, ImportRow.verdict == RowVerdict.NEW, target.build_same_person_condition()
    )
    execute_and_count_rows(
        known.values(verdict=verdict, reason=reason).execution_options(**NO_SESSION_SYNC)
    )
    if target.gets_texts:
        why = select_list_suppression_reason(ImportRow.phone)
        whom_not = update(ImportRow).where(
            *mine, ImportRow.verdict.in_(READABLE_VERDICTS), why.is_not(None)
        )
        execute_and_count_rows(whom_not.values(left_out=why).execution_options(**NO_SESSION_SYNC))


def update_import_counts(row: Import) -> None:
    """Count what the rows of an import are by now."""
    rows = (
        select(ImportRow.verdict, func.count())
        .where(ImportRow.import_id == row.id)
        .group_by(ImportRow.verdict)
    )
    found = {verdict: many for verdict, many in db.session.execute(rows)}
    for verdict, column in COUNT_COLUMNS.items():
        setattr(row, column, found.get(verdict, 0))
    unheard = select(func.count()).where(
        ImportRow.import_id == row.id, ImportRow.left_out.is_not(None)
    )
    row.left_out_count = db.session.scalar(unheard) or 0
    db.session.flush()
