"""A file becomes rows and a column layout. Nothing is written, no number is judged yet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import starmap
from typing import Any

from app.core import delimited_text
from app.core.delimited_text import SpreadsheetRow, UnreadableSpreadsheet
from app.core.spreadsheets import SheetInfo, SheetSelection, SpreadsheetData, read_spreadsheet
from app.domain.spreadsheets import column_mapping
from app.domain.spreadsheets.column_evidence import (
    explain_columns,
    list_doubtful_statuses,
    sample_people,
)
from app.domain.spreadsheets.column_headings import PROFILE_KINDS, ColumnKind
from app.domain.spreadsheets.column_mapping import NO_CONTACTS_MESSAGE, ColumnMapping
from app.domain.spreadsheets.column_samples import SampledTable
from app.domain.spreadsheets.number_lists import split_number_list
from app.domain.spreadsheets.phone_columns import ColumnMappingError
from app.domain.spreadsheets.profile_columns import (
    ProfileContext,
    add_date_orders,
    guess_profile_columns,
)
from app.imports.actions.field_choices import (
    NewFieldChoice,
    build_field_columns,
    guess_column_types,
)
from app.imports.queries.field_layouts import serialize_fields
from app.imports.queries.import_records import MAX_SAMPLE_ROWS

UNREADABLE_FILE_ERRORS = (UnreadableSpreadsheet, ColumnMappingError)
# Each sheet that is tried starts a process, 0.2 s.
MAX_SHEETS_TRIED = 5
MAX_SAMPLE_CELL_CHARACTERS = 80


@dataclass(frozen=True)
class ColumnChoice:
    """How an admin wants the file to be read, instead of our guess.

    `kinds` are those of ColumnKind, "field:7" or "field:new". `sheet_index` is None for the sheet
    that was read before. `new_fields` are the fields to make, by the column.
    """

    kinds: Sequence[str]
    has_headings: bool
    encoding: str = ""
    sheet_index: int | None = None
    include_hidden_rows: bool = False
    new_fields: Mapping[int, NewFieldChoice] = field(default_factory=dict)


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
        """The number of rows without the headings and what stands above them."""
        return len(self.rows) - self.columns.heading_row_count


def parse_spreadsheet(
    data: bytes, region: str, profile: ProfileContext | None = None
) -> ParsedSpreadsheet:
    """Read a file of people. Raises one of UNREADABLE_FILE_ERRORS, whose `.sentence` says why.

    `region` is the country of numbers without a country code. `profile` is what the list keeps
    of people beside name, number and groups; None: nothing.
    """
    sheet = read_spreadsheet(data)
    try:
        parsed = parse_sheet(sheet, region, profile)
    except ColumnMappingError:
        other = _parse_other_sheet(data, sheet.sheet, region, profile)
        if other is None:
            raise
        return other
    if parsed.columns.has_phones:
        return parsed
    return _parse_other_sheet(data, sheet.sheet, region, profile) or parsed


def _parse_other_sheet(
    data: bytes, front: SheetInfo | None, region: str, profile: ProfileContext | None
) -> ParsedSpreadsheet | None:
    """Return the first sheet with numbers behind a cover or instructions, if there is one."""
    if front is None:
        return None
    indexes = []
    for index, is_shown in enumerate(front.shown):
        if is_shown and index != front.index:
            indexes.append(index)
    for index in indexes[:MAX_SHEETS_TRIED]:
        try:
            sheet = read_spreadsheet(data, selection=SheetSelection(index))
            parsed = parse_sheet(sheet, region, profile)
        except UNREADABLE_FILE_ERRORS:
            continue
        if parsed.columns.has_phones:
            return parsed
    return None


def parse_sheet(
    sheet: SpreadsheetData, region: str, profile: ProfileContext | None = None
) -> ParsedSpreadsheet:
    """Guess the columns of a table. Raises one of UNREADABLE_FILE_ERRORS."""
    cells = sheet.cells
    number_rows = split_number_list(cells, region)
    if number_rows:
        cells = number_rows
        rows = list(starmap(SpreadsheetRow, enumerate(number_rows, 1)))
        sheet = replace(sheet, rows=rows, is_number_list=True)
    if profile is None:
        columns = column_mapping.guess_columns(cells, region, sheet.hidden_columns)
    else:
        columns = guess_profile_columns(cells, profile, sheet.hidden_columns)
    return _build_parsed_spreadsheet(sheet, columns, region, profile)


def parse_sheet_as_chosen(
    sheet: SpreadsheetData,
    choice: ColumnChoice,
    region: str,
    guessed: ColumnMapping | None = None,
    profile: ProfileContext | None = None,
) -> ParsedSpreadsheet:
    """Read a table with the columns that an admin chose. Raises one of UNREADABLE_FILE_ERRORS.

    `guessed` is how it was read before.
    """
    cells = sheet.cells
    columns = column_mapping.choose_columns(choice.kinds, cells, choice.has_headings, guessed)
    if profile is None:
        columns = column_mapping.ignore_kinds(columns, PROFILE_KINDS)
    else:
        fields = build_field_columns(choice.kinds, choice.new_fields, columns, cells, profile)
        columns = add_date_orders(replace(columns, fields=fields), cells)
    return _build_parsed_spreadsheet(sheet, columns, region, profile)


def _build_parsed_spreadsheet(
    sheet: SpreadsheetData, columns: ColumnMapping, region: str, profile: ProfileContext | None
) -> ParsedSpreadsheet:
    """Return the table with its layout. Raises one of UNREADABLE_FILE_ERRORS."""
    cells = sheet.cells
    ignored_columns = (ColumnKind.IGNORED,) * (max(map(len, cells)) - len(columns.kinds))
    columns = replace(columns, kinds=(*columns.kinds, *ignored_columns))
    table = sample_people(columns, cells, region)
    layout = _serialize_layout(sheet, columns, table, profile)
    spreadsheet = ParsedSpreadsheet(sheet.encoding, layout, columns, sheet.rows)
    if spreadsheet.data_row_count < 1:
        raise ColumnMappingError(NO_CONTACTS_MESSAGE)
    if spreadsheet.data_row_count > delimited_text.MAX_SPREADSHEET_ROWS:
        raise UnreadableSpreadsheet(delimited_text.TOO_MANY_ROWS_MESSAGE)
    return spreadsheet


def _serialize_layout(
    sheet: SpreadsheetData,
    columns: ColumnMapping,
    table: SampledTable,
    profile: ProfileContext | None,
) -> str:
    """Return how the table was read, as the JSON that the import keeps."""
    start = columns.title_row_count
    first_rows = sheet.rows[start : start + MAX_SAMPLE_ROWS + 1]
    layout = {
        "kinds": columns.kinds,
        "headings": list(columns.headings),
        "title_row_count": columns.title_row_count,
        "order": list(columns.order),
        "problem": columns.problem,
        "evidence": explain_columns(columns, table),
        "doubtful_statuses": list_doubtful_statuses(table),
        "delimiter": sheet.delimiter,
        "sheet": _serialize_sheet_info(sheet.sheet),
        "is_number_list": sheet.is_number_list,
        "fields": serialize_fields(columns.fields),
        "month_first": {str(index): order for index, order in columns.month_first.items()},
        "guessed_types": guess_column_types(columns, table, profile),
        "first_rows": list(map(_cut_sample_cells, first_rows)),
    }
    return json.dumps(layout, ensure_ascii=False)


def _serialize_sheet_info(sheet: SheetInfo | None) -> dict[str, Any] | None:
    if sheet is None:
        return None
    return {
        "index": sheet.index,
        "names": [name[:MAX_SAMPLE_CELL_CHARACTERS] for name in sheet.names],
        "shown": list(sheet.shown),
        "hidden_row_count": sheet.hidden_row_count,
        "includes_hidden_rows": sheet.includes_hidden_rows,
    }


def _cut_sample_cells(row: SpreadsheetRow) -> list[str]:
    return [cell[:MAX_SAMPLE_CELL_CHARACTERS].replace("\0", "") for cell in row.cells]
