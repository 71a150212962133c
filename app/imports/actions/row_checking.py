"""The check of a file's rows, slice by slice: each request checks the next ones.

A check writes nothing. `row_staging` stores a slice and how far the check has come.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from app.core.delimited_text import SpreadsheetRow
from app.domain.spreadsheets import contact_rows
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.contact_rows import ContactRow
from app.imports.actions import upload_storage
from app.imports.models import Import, RowVerdict
from app.imports.sql import SELECT_LINES_BY_PHONE

MAX_STORED_CELL_CHARACTERS = 1_000
ROWS_PER_CLOCK_CHECK = 1_000
# Of checking in one request. Storing the slice takes about a third of that more.
CHECK_SECONDS = 1.0


class CheckedRow(NamedTuple):
    """A checked row as the columns of import_rows store it."""

    line: int
    name: str | None
    phone: str | None
    verdict: str
    reason: str | None = None
    cells: str | None = None


@dataclass(frozen=True)
class PhoneNumberRules:
    """How numbers are judged.

    `region` is the country of those without a country code. `refused_numbers` are numbers that
    nobody may have, each with the sentence why.
    """

    region: str
    refused_numbers: Mapping[str, str]


@dataclass(frozen=True)
class CheckedRowSlice:
    """Checked rows, and where they begin: how many rows came before, with which column layout."""

    row_offset: int
    layout: str | None
    rows: list[CheckedRow]


def check_next_rows(
    row: Import,
    columns: ColumnMapping,
    rules: PhoneNumberRules,
    clock: Callable[[], float] = time.monotonic,
) -> CheckedRowSlice:
    """Check the next rows of a file for about CHECK_SECONDS. Raises NotFound without its file."""
    start = row.checked_rows
    if columns.headings:
        start += 1
    rows = upload_storage.iterate_upload_rows(row.stored_as, start)
    # Repeats are found across slices by the numbers that were stored before.
    first_lines: dict[str, int] = {}
    if row.checked_rows:
        for phone, line in SELECT_LINES_BY_PHONE.fetch_rows(import_id=row.id):
            first_lines[phone] = line
    # The headings were skipped by `start` above.
    columns_without_headings = ColumnMapping(columns.kinds, ())
    checked_rows: list[CheckedRow] = []
    deadline = clock() + CHECK_SECONDS
    while chunk := list(islice(rows, ROWS_PER_CLOCK_CHECK)):
        checked_rows += check_rows(chunk, columns_without_headings, rules, first_lines)
        if clock() > deadline:
            break
    return CheckedRowSlice(row.checked_rows, row.columns, checked_rows)


def check_rows(
    rows: list[SpreadsheetRow],
    columns: ColumnMapping,
    rules: PhoneNumberRules,
    first_lines: dict[str, int],
) -> list[CheckedRow]:
    """Check rows without headings.

    `first_lines` holds the numbers of the rows before them, each with its line. The numbers of
    these rows are added to it.
    """
    people = contact_rows.read_contact_rows(
        rows, columns, rules.region, rules.refused_numbers, first_lines
    )
    return [_build_checked_row(person, row) for person, row in zip(people, rows, strict=True)]


def _build_checked_row(person: ContactRow, row: SpreadsheetRow) -> CheckedRow:
    if person.problem:
        cells = _serialize_cells(row.cells)
        return CheckedRow(
            person.line, person.name, None, RowVerdict.BAD.value, person.problem, cells
        )
    if person.duplicate_of_line:
        reason = f"Same number as line {person.duplicate_of_line:,}."
        return CheckedRow(person.line, person.name, person.phone, RowVerdict.REPEATED.value, reason)
    return CheckedRow(person.line, person.name, person.phone, RowVerdict.NEW.value)


def _serialize_cells(cells: Iterable[str]) -> str:
    """Return the cells of a bad row as JSON, so that it can be downloaded with its problem."""
    stored_cells = []
    for cell in cells:
        start = cell[:MAX_STORED_CELL_CHARACTERS]
        stored_cells.append(start.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    return json.dumps(stored_cells, ensure_ascii=False)
