"""A file becomes rows, and what its columns hold.

Nothing is written, and no number is judged yet.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core import csv_files
from app.core.csv_files import SpreadsheetData, SpreadsheetRow, UnreadableSpreadsheet
from app.domain.spreadsheets import column_headings, column_mapping
from app.domain.spreadsheets.column_mapping import (
    NO_CONTACTS_MESSAGE,
    ColumnMapping,
    ColumnMappingError,
)

UNREADABLE_FILE_ERRORS = (UnreadableSpreadsheet, ColumnMappingError)
MAX_SAMPLE_ROWS, MAX_SAMPLE_CELL_CHARACTERS = 5, 80


@dataclass(frozen=True)
class ColumnChoice:
    """How a person wants the file to be read, after looking at our guess."""

    kinds: Sequence[str]
    has_headings: bool
    encoding: str = ""


@dataclass(frozen=True)
class ParsedSpreadsheet:
    """What a file holds.

    `layout` says how it was read (JSON); `rows` are all of it, its headings too.
    """

    encoding: str
    layout: str
    columns: ColumnMapping
    rows: Sequence[SpreadsheetRow]

    @property
    def data_row_count(self) -> int:
        """How many rows there are without the headings."""
        return len(self.rows) - bool(self.columns.headings)


def parse_spreadsheet(data: bytes, region: str) -> ParsedSpreadsheet:
    """Read a file of people. Raises one of UNREADABLE, whose `.sentence` says why not.

    `region` is the country of numbers without a country code.
    """
    return parse_sheet(csv_files.read_spreadsheet(data), region)


def parse_sheet(sheet: SpreadsheetData, region: str) -> ParsedSpreadsheet:
    """The same of a table that was read already."""
    return _build_parsed_spreadsheet(
        sheet,
        column_mapping.guess_columns([row.cells for row in sheet.rows], region),
        region,
    )


def parse_sheet_as_chosen(
    sheet: SpreadsheetData, choice: ColumnChoice, region: str
) -> ParsedSpreadsheet:
    """The same table with the columns as a person chose them. Raises one of UNREADABLE."""
    return _build_parsed_spreadsheet(
        sheet,
        column_mapping.choose_columns(choice.kinds, sheet.rows[0].cells, choice.has_headings),
        region,
    )


def _build_parsed_spreadsheet(
    sheet: SpreadsheetData, columns: ColumnMapping, region: str
) -> ParsedSpreadsheet:
    width = max(len(row.cells) for row in sheet.rows)
    columns = replace(
        columns,
        kinds=(
            *columns.kinds,
            *(column_headings.ColumnKind.IGNORED,) * (width - len(columns.kinds)),
        ),
    )
    evidence = column_mapping.explain_columns(columns, [row.cells for row in sheet.rows], region)
    reading = ParsedSpreadsheet(
        sheet.encoding, _serialize_layout(sheet, columns, evidence), columns, sheet.rows
    )
    if not reading.data_row_count:
        raise ColumnMappingError(NO_CONTACTS_MESSAGE)
    if reading.data_row_count > csv_files.MAX_SPREADSHEET_ROWS:
        raise UnreadableSpreadsheet(csv_files.TOO_MANY_ROWS_MESSAGE)
    return reading


def _serialize_layout(
    sheet: SpreadsheetData, columns: ColumnMapping, evidence: Sequence[str]
) -> str:
    first = sheet.rows[: MAX_SAMPLE_ROWS + 1]
    layout = {
        "kinds": columns.kinds,
        "headings": list(columns.headings),
        "evidence": evidence,
        "delimiter": sheet.delimiter,
        "first_rows": [
            [cell[:MAX_SAMPLE_CELL_CHARACTERS].replace("\0", "") for cell in row.cells]
            for row in first
        ],
    }
    return json.dumps(layout, ensure_ascii=False)
