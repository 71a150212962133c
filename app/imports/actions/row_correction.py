"""One row that could not be read is put right in place."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.csv_files import SpreadsheetRow
from app.core.db import db
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.imports.actions.import_target import ImportTarget
from app.imports.actions.row_checking import PhoneNumberRules, check_rows
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
    """Put name and number (`cells`) in place of what the file said.

    Raises StillBad, NoSuchRow, AlreadyEnded.
    """
    row = get_open_import(import_id, target)
    bad = (
        ImportRow.import_id == import_id,
        ImportRow.verdict == RowVerdict.BAD,
        ImportRow.line == line,
    )
    found = db.session.scalar(select(ImportRow).where(*bad))
    if found is None:
        raise BadRowNotFound
    ((_, name, phone, verdict, reason, _kept),) = check_rows(
        [SpreadsheetRow(line, list(cells))], NAME_AND_PHONE_COLUMNS, rules, {}
    )
    if phone is None:
        raise RowStillUnreadable(reason or "")
    found.name, found.phone, found.verdict, found.reason, found.cells = (
        name,
        phone,
        RowVerdict(verdict),
        None,
        None,
    )
    earlier = _find_line_of_phone(import_id, phone)
    if earlier is not None:
        found.verdict, found.reason = (
            RowVerdict.REPEATED,
            f"Same number as line {earlier:,}.",
        )
    db.session.flush()
    compare_rows_with_list(import_id, target, line, line)
    db.session.refresh(found)
    update_import_counts(row)


def _find_line_of_phone(import_id: int, phone: str) -> int | None:
    """The line of the readable row with this number.

    Call it before another one is stored with it.
    """
    with db.session.no_autoflush:
        mine = (
            ImportRow.import_id == import_id,
            ImportRow.verdict.in_(READABLE_VERDICTS),
            ImportRow.phone == phone,
        )
        return db.session.scalar(select(func.min(ImportRow.line)).where(*mine))
