"""Checked rows are stored and compared with the list they are for, which stays as it is."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, delete, func, literal, select, update

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.imports.actions.bulk_statements import execute_bulk
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.actions.row_checking import CheckedRowSlice
from app.imports.actions.spreadsheet_parsing import ParsedSpreadsheet
from app.imports.actions.value_comparison import compare_values_with_people
from app.imports.models import (
    READABLE_VERDICTS,
    Import,
    ImportRow,
    ImportState,
    RowVerdict,
)
from app.imports.sql import INSERT_CHECKED_ROW
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    select_suppression_reason,
)

COUNT_COLUMNS = {
    RowVerdict.NEW: "added_count",
    RowVerdict.CHANGED: "changed_count",
    RowVerdict.RENAMED: "renamed_count",
    RowVerdict.SAME: "same_count",
    RowVerdict.REPEATED: "repeated_count",
    RowVerdict.BAD: "bad_count",
    RowVerdict.OPTED_OUT: "opted_out_count",
}


@dataclass(frozen=True)
class StoredUpload:
    """An uploaded file.

    `file_name` is the name it came with, which is shown and never opened. `stored_as` is the
    name it is stored under. `consent` is how the people in it agreed to texts, None when nothing
    was written.
    """

    file_name: str
    stored_as: str
    created_by: str
    consent: str | None = None


def create_import(
    upload: StoredUpload, spreadsheet: ParsedSpreadsheet, target: ImportTarget
) -> Import:
    """Add an import of which no row is checked yet."""
    row = Import(
        pool=target.pool,
        created_by=upload.created_by,
        file_name=upload.file_name,
        stored_as=upload.stored_as,
        consent=upload.consent,
        encoding=spreadsheet.encoding,
        columns=spreadsheet.layout,
        row_count=spreadsheet.data_row_count,
        checked_rows=0,
    )
    db.session.add(row)
    db.session.flush()
    return row


def restart_import_check(
    import_id: int, spreadsheet: ParsedSpreadsheet, target: ImportTarget
) -> Import:
    """Begin the check anew, the same file read in another way. Raises ImportAlreadyEnded."""
    row = get_open_import(import_id, target)
    execute_bulk(delete(ImportRow).where(ImportRow.import_id == import_id))
    row.encoding = spreadsheet.encoding
    row.columns = spreadsheet.layout
    row.row_count = spreadsheet.data_row_count
    row.checked_rows = 0
    row.value_counts = None
    update_import_counts(row)
    return row


def get_open_import(import_id: int, target: ImportTarget) -> Import:
    """Return an import that is not confirmed, as it is inside write().

    Raises ImportAlreadyEnded.
    """
    row = db.session.get(Import, import_id, populate_existing=True)
    if row is None or row.pool != target.pool or row.state is not ImportState.CHECKED:
        raise ImportAlreadyEnded
    return row


def store_checked_rows(import_id: int, row_slice: CheckedRowSlice, target: ImportTarget) -> bool:
    """Add a slice of checked rows. Raises ImportAlreadyEnded.

    Returns False and adds nothing when another request has stored the same rows before.
    """
    row = get_open_import(import_id, target)
    # Checking is done outside write(), so another request may have been faster, or somebody may
    # have chosen other columns meanwhile.
    if (row.checked_rows, row.columns) != (row_slice.row_offset, row_slice.layout):
        return False
    INSERT_CHECKED_ROW.execute_many([(import_id, *checked_row) for checked_row in row_slice.rows])
    row.checked_rows += len(row_slice.rows)
    if row_slice.rows:
        lines = ImportRow.line >= row_slice.rows[0].line
        compare_rows_with_list(row, target, lines)
        compare_values_with_people(row, row_slice.value_counts, lines)
    update_import_counts(row)
    return True


def compare_rows_with_list(row: Import, target: ImportTarget, lines: ColumnElement[bool]) -> None:
    """Judge the readable rows of these lines by the list and the do-not-text list.

    Takes two statements, however many rows there are.
    """
    person = target.table.c
    rows_of_lines = (ImportRow.import_id == row.id, lines)
    verdict = case(
        (ImportRow.name.is_(None) | (ImportRow.name == person.name), RowVerdict.SAME.value),
        (person.name.is_(None), RowVerdict.CHANGED.value),
        else_=RowVerdict.RENAMED.value,
    )
    other_name = literal("On the list as “") + person.name + literal("”.")
    reason = case((ImportRow.name != person.name, other_name))
    people_on_list = update(ImportRow).where(
        *rows_of_lines,
        ImportRow.verdict == RowVerdict.NEW,
        target.build_same_person_condition(),
    )
    execute_bulk(people_on_list.values(verdict=verdict, reason=reason))
    if not target.gets_texts:
        return
    suppressed_by = select_suppression_reason(ImportRow.phone, PermissionPurpose.LIST_LOOKUP)
    suppressed_people = update(ImportRow).where(
        *rows_of_lines, ImportRow.verdict.in_(READABLE_VERDICTS), suppressed_by.is_not(None)
    )
    execute_bulk(suppressed_people.values(left_out=suppressed_by))


def update_import_counts(row: Import) -> None:
    """Count the rows of an import by their verdicts."""
    counts = dict.fromkeys(RowVerdict, 0)
    rows = (
        select(ImportRow.verdict, func.count())
        .where(ImportRow.import_id == row.id)
        .group_by(ImportRow.verdict)
    )
    for verdict, count in db.session.execute(rows):
        counts[verdict] = count
    for verdict, column in COUNT_COLUMNS.items():
        setattr(row, column, counts[verdict])
    row.left_out_count = _count_rows(row, ImportRow.left_out.is_not(None))
    row.bad_value_count = _count_rows(row, ImportRow.value_problems.is_not(None))
    db.session.flush()


def _count_rows(row: Import, condition: ColumnElement[bool]) -> int:
    return count_rows(ImportRow, ImportRow.import_id == row.id, condition)
