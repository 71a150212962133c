"""The check of a file, a slice of rows after the other: each request judges some, and stores
how far it came.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from app.core.csv_files import SpreadsheetRow
from app.core.db import raw_connection
from app.domain.spreadsheets import contact_rows
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.contact_rows import ContactRow
from app.imports.actions import upload_storage
from app.imports.models import READABLE_VERDICTS, Import, RowVerdict

MAX_STORED_CELL_CHARACTERS = 1_000
ROWS_PER_CLOCK_CHECK = 1_000  # rows between two looks at the clock
# of judging in one request; writing the slice down comes on top, about a third of that
CHECK_SECONDS = 1.0
# line, name, phone, verdict, reason, cells: as the columns of import_rows hold them
CheckedRow = tuple[int, str | None, str | None, str, str | None, str | None]


@dataclass(frozen=True)
class PhoneNumberRules:
    """What numbers are judged by: the country of those without a code, and those nobody may
    have, each with why.
    """

    region: str
    refused_numbers: Mapping[str, str]


@dataclass(frozen=True)
class CheckedRowSlice:
    """Judged rows, and where in the file they begin: how many rows were judged before them, by
    which layout.
    """

    row_offset: int
    layout: str | None
    rows: list[CheckedRow]


def check_next_rows(
    row: Import,
    columns: ColumnMapping,
    rules: PhoneNumberRules,
    clock: Callable[[], float] = time.monotonic,
) -> CheckedRowSlice:
    """Judge the next rows of a file, about SECONDS long. Reads only. Raises uploads.Gone."""
    rows = upload_storage.iterate_upload_rows(
        row.stored_as, row.checked_rows + bool(columns.headings)
    )
    until, judged = clock() + CHECK_SECONDS, list[CheckedRow]()
    seen = _load_first_lines_by_phone(row.id) if row.checked_rows else {}
    headless = ColumnMapping(columns.kinds, ())
    while some := list(islice(rows, ROWS_PER_CLOCK_CHECK)):
        judged += check_rows(some, headless, rules, seen)
        if clock() > until:
            break
    return CheckedRowSlice(row.checked_rows, row.columns, judged)


def _load_first_lines_by_phone(import_id: int) -> dict[str, int]:
    """The numbers that were read before, each with its line."""
    wanted = ", ".join(f"'{verdict.value}'" for verdict in READABLE_VERDICTS)
    lines = f"SELECT phone, line FROM import_rows WHERE import_id = ? AND verdict IN ({wanted})"
    return dict(
        raw_connection().execute(lines, (import_id,)).fetchall()
    )  # a sixth of the time of select()


def check_rows(
    rows: Iterable[SpreadsheetRow],
    columns: ColumnMapping,
    rules: PhoneNumberRules,
    seen: dict[str, int],
) -> list[CheckedRow]:
    """Rows without headings as import_rows keeps them.

    `seen` are the numbers before them, and grows.
    """
    rows = list(rows)
    people = contact_rows.read_contact_rows(
        rows, columns, rules.region, rules.refused_numbers, seen
    )
    return [_build_checked_row(person, row) for person, row in zip(people, rows, strict=True)]


def _build_checked_row(person: ContactRow, row: SpreadsheetRow) -> CheckedRow:
    if person.problem:
        return (
            person.line,
            person.name,
            None,
            RowVerdict.BAD.value,
            person.problem,
            _serialize_cells(row.cells),
        )
    if person.duplicate_of_line:
        said = f"Same number as line {person.duplicate_of_line:,}."
        return (
            person.line,
            person.name,
            person.phone,
            RowVerdict.REPEATED.value,
            said,
            None,
        )
    return person.line, person.name, person.phone, RowVerdict.NEW.value, None, None


def _serialize_cells(cells: Iterable[str]) -> str:
    """Bad rows can be downloaded with what is wrong with them; no cell is worth more than
    KEPT_CELL characters.
    """
    kept = [
        cell[:MAX_STORED_CELL_CHARACTERS].replace("\0", "\N{REPLACEMENT CHARACTER}")
        for cell in cells
    ]
    return json.dumps(kept, ensure_ascii=False)
