"""One row that cannot be read gets another name or number."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.db import db
from app.core.delimited_text import SpreadsheetRow
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.imports.actions.import_target import ImportTarget
from app.imports.actions.row_checking import CheckedRow, PhoneNumberRules, check_rows
from app.imports.actions.row_staging import (
    compare_rows_with_list,
    get_open_import,
    update_import_counts,
)
from app.imports.models import READABLE_VERDICTS, ImportRow, RowVerdict

NAME_AND_PHONE_COLUMNS = ColumnMapping((ColumnKind.NAME, ColumnKind.PHONE), ())


class RowStillUnreadable(Exception):
    """It still cannot be read. `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadRowNotFound(Exception):
    """There is no row at this line that cannot be read (any more)."""


def correct_import_row(
    import_id: int,
    line: int,
    cells: Sequence[str],
    target: ImportTarget,
    rules: PhoneNumberRules,
) -> None:
    """Replace the name and number of a bad row by `cells`.

    Raises RowStillUnreadable, BadRowNotFound, ImportAlreadyEnded.
    """
    import_ = get_open_import(import_id, target)
    row = db.session.scalar(
        select(ImportRow).where(
            ImportRow.import_id == import_id,
            ImportRow.verdict == RowVerdict.BAD,
            ImportRow.line == line,
        )
    )
    if row is None:
        raise BadRowNotFound
    corrected_row = SpreadsheetRow(line, list(cells))
    checked_row = check_rows([corrected_row], NAME_AND_PHONE_COLUMNS, rules, {})[0]
    if checked_row.phone is None:
        raise RowStillUnreadable(checked_row.reason or "")
    # Before the row has this number itself.
    earlier_line = _find_line_of_phone(import_id, checked_row.phone)
    _replace_row(row, checked_row, earlier_line)
    compare_rows_with_list(import_, target, ImportRow.line == line)
    db.session.refresh(row)
    update_import_counts(import_)


def _replace_row(row: ImportRow, checked_row: CheckedRow, earlier_line: int | None) -> None:
    row.name = checked_row.name
    row.phone = checked_row.phone
    row.cells = None
    if earlier_line is None:
        row.verdict = RowVerdict(checked_row.verdict)
        row.reason = None
    else:
        row.verdict = RowVerdict.REPEATED
        row.reason = f"Same number as line {earlier_line:,}."
    db.session.flush()


def _find_line_of_phone(import_id: int, phone: str) -> int | None:
    """Return the first line with this number that can be read."""
    first_line = select(func.min(ImportRow.line)).where(
        ImportRow.import_id == import_id,
        ImportRow.verdict.in_(READABLE_VERDICTS),
        ImportRow.phone == phone,
    )
    return db.session.scalar(first_line)
