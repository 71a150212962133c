"""One row that could not be read is put right in place."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.csv_files import SpreadsheetRow
from app.core.db import db
from app.domain.spreadsheets.contact_rows import ColumnKind, ColumnMapping
from app.imports.actions.checking import Rules, judge
from app.imports.actions.staging import compare, count, open_one
from app.imports.actions.target import Target
from app.imports.models import READABLE, ImportRow, RowVerdict

TWO = ColumnMapping((ColumnKind.NAME, ColumnKind.PHONE), ())


class StillBad(Exception):
    """It still cannot be read. `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NoSuchRow(Exception):
    """There is no row at this line that cannot be read (any more)."""


def fix(
    import_id: int, line: int, cells: Sequence[str], target: Target, rules: Rules
) -> None:
    """Put name and number (`cells`) in place of what the file said.

    Raises StillBad, NoSuchRow, AlreadyEnded.
    """
    row = open_one(import_id, target)
    bad = (
        ImportRow.import_id == import_id,
        ImportRow.verdict == RowVerdict.BAD,
        ImportRow.line == line,
    )
    found = db.session.scalar(select(ImportRow).where(*bad))
    if found is None:
        raise NoSuchRow
    ((_, name, phone, verdict, reason, _kept),) = judge(
        [SpreadsheetRow(line, list(cells))], TWO, rules, {}
    )
    if phone is None:
        raise StillBad(reason or "")
    found.name, found.phone, found.verdict, found.reason, found.cells = (
        name,
        phone,
        RowVerdict(verdict),
        None,
        None,
    )
    earlier = _line_of(import_id, phone)
    if earlier is not None:
        found.verdict, found.reason = (
            RowVerdict.REPEATED,
            f"Same number as line {earlier:,}.",
        )
    db.session.flush()
    compare(import_id, target, line, line)
    db.session.refresh(found)
    count(row)


def _line_of(import_id: int, phone: str) -> int | None:
    """The line of the readable row with this number.

    Call it before another one is stored with it.
    """
    with db.session.no_autoflush:
        mine = (
            ImportRow.import_id == import_id,
            ImportRow.verdict.in_(READABLE),
            ImportRow.phone == phone,
        )
        return db.session.scalar(select(func.min(ImportRow.line)).where(*mine))
