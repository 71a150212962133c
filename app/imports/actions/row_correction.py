"""One row that cannot be read gets another name or number."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.core.delimited_text import SpreadsheetRow
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.contact_rows import ContactReader, FirstRow
from app.imports.actions.import_target import ImportTarget
from app.imports.actions.row_checking import (
    CheckedRow,
    PhoneNumberRules,
    check_rows,
    describe_repeat,
)
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
    reader = ContactReader(NAME_AND_PHONE_COLUMNS, rules.region, rules.refused_numbers)
    checked_row = check_rows([corrected_row], reader, rules)[0]
    if checked_row.phone is None:
        raise RowStillUnreadable(checked_row.reason or "")
    # Before the row has this number itself.
    first_row = _find_first_row(import_id, checked_row.phone)
    _replace_row(row, checked_row, first_row)
    compare_rows_with_list(import_, target, ImportRow.line == line)
    db.session.refresh(row)
    update_import_counts(import_)


def _replace_row(row: ImportRow, checked_row: CheckedRow, first_row: FirstRow | None) -> None:
    row.name = checked_row.name
    row.phone = checked_row.phone
    row.is_landline = checked_row.is_landline
    row.cells = None
    if first_row is None:
        row.verdict = RowVerdict(checked_row.verdict)
        row.reason = None
    else:
        row.verdict = RowVerdict.REPEATED
        row.reason = describe_repeat(first_row)
    db.session.flush()


def _find_first_row(import_id: int, phone: str) -> FirstRow | None:
    """Return the first row with this number that can be read."""
    row = db.session.execute(
        select(ImportRow.line, ImportRow.name)
        .where(
            ImportRow.import_id == import_id,
            ImportRow.verdict.in_(READABLE_VERDICTS),
            ImportRow.phone == phone,
        )
        .order_by(ImportRow.line)
        .limit(1)
    ).first()
    return FirstRow(row[0], row[1]) if row else None
