"""A file becomes rows and a column layout. Nothing is written, no number is judged yet."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core import delimited_text
from app.core.delimited_text import SpreadsheetRow, UnreadableSpreadsheet
from app.core.spreadsheets import SpreadsheetData, read_spreadsheet
from app.domain.spreadsheets import column_mapping
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import NO_CONTACTS_MESSAGE, ColumnMapping
from app.domain.spreadsheets.phone_columns import ColumnMappingError

UNREADABLE_FILE_ERRORS = (UnreadableSpreadsheet, ColumnMappingError)
MAX_SAMPLE_ROWS = 5
MAX_SAMPLE_CELL_CHARACTERS = 80


@dataclass(frozen=True)
class ColumnChoice:
    """How an admin wants the file to be read, instead of our guess."""

    kinds: Sequence[str]
    has_headings: bool
    encoding: str = ""


@dataclass(frozen=True)
class ParsedSpreadsheet:
    """What a file holds.

    `layout` is how it was read, as JSON. `rows` are all of its rows, also the headings.
    """

    encoding: str
    layout: str
    columns: ColumnMapping
    rows: Sequence[SpreadsheetRow]

    @property
    def data_row_count(self) -> int:
        """The number of rows without the headings."""
        if self.columns.headings:
            return len(self.rows) - 1
        return len(self.rows)


def parse_spreadsheet(data: bytes, region: str) -> ParsedSpreadsheet:
    """Read a file of people. Raises one of UNREADABLE_FILE_ERRORS, whose `.sentence` says why.

    `region` is the country of numbers without a country code.
    """
    sheet = read_spreadsheet(data)
    columns = column_mapping.guess_columns([row.cells for row in sheet.rows], region)
    return _build_parsed_spreadsheet(sheet, columns, region)


def parse_sheet_as_chosen(
    sheet: SpreadsheetData, choice: ColumnChoice, region: str
) -> ParsedSpreadsheet:
    """Read a table with the columns that an admin chose. Raises one of UNREADABLE_FILE_ERRORS."""
    first_row = sheet.rows[0].cells
    columns = column_mapping.choose_columns(choice.kinds, first_row, choice.has_headings)
    return _build_parsed_spreadsheet(sheet, columns, region)


def _build_parsed_spreadsheet(
    sheet: SpreadsheetData, columns: ColumnMapping, region: str
) -> ParsedSpreadsheet:
    width = max(len(row.cells) for row in sheet.rows)
    ignored_columns = (ColumnKind.IGNORED,) * (width - len(columns.kinds))
    columns = replace(columns, kinds=(*columns.kinds, *ignored_columns))
    evidence = column_mapping.explain_columns(columns, [row.cells for row in sheet.rows], region)
    layout = _serialize_layout(sheet, columns, evidence)
    spreadsheet = ParsedSpreadsheet(sheet.encoding, layout, columns, sheet.rows)
    if not spreadsheet.data_row_count:
        raise ColumnMappingError(NO_CONTACTS_MESSAGE)
    if spreadsheet.data_row_count > delimited_text.MAX_SPREADSHEET_ROWS:
        raise UnreadableSpreadsheet(delimited_text.TOO_MANY_ROWS_MESSAGE)
    return spreadsheet


def _serialize_layout(
    sheet: SpreadsheetData, columns: ColumnMapping, evidence: Sequence[str]
) -> str:
    layout = {
        "kinds": columns.kinds,
        "headings": list(columns.headings),
        "evidence": evidence,
        "delimiter": sheet.delimiter,
        "first_rows": [_cut_sample_cells(row) for row in sheet.rows[: MAX_SAMPLE_ROWS + 1]],
    }
    return json.dumps(layout, ensure_ascii=False)


def _cut_sample_cells(row: SpreadsheetRow) -> list[str]:
    return [cell[:MAX_SAMPLE_CELL_CHARACTERS].replace("\0", "") for cell in row.cells]
