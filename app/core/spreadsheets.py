"""Spreadsheets that somebody uploaded: bytes become rows of text, whatever kind of file it is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, starmap

from app.core import address_cards, delimited_text, web_tables, workbooks
from app.core.csv_files import unescape_csv_cell
from app.core.delimited_text import (
    MAX_SPREADSHEET_ROWS,
    SAVE_AS_HINT,
    TOO_MANY_ROWS_MESSAGE,
    SpreadsheetRow,
    UnreadableSpreadsheet,
)
from app.core.workbooks import ParsedWorkbook, UnreadableWorkbook

MAX_COLUMNS = 200
# A longer cell is refused with its row; nothing after this looks at more of it.
MAX_CELL_CHARACTERS = 10_001
BLANK_BYTES = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
UNSUPPORTED_FILE_SIGNATURES = {
    b"%PDF": "This is a PDF.",
    b"\x89PNG": "This is a picture.",
    b"\xff\xd8\xff": "This is a picture.",
    b"GIF8": "This is a picture.",
    b"\x7fELF": "This is a program.",
    b"{\\rtf": "This is a text document.",
    b"\x1f\x8b": "This is a packed file.",
    b"SQLite format 3": "This is a database.",
    b'{"': "This is a JSON file.",
    b"BEGIN:VCALENDAR": "This is a calendar.",
}
XML_START_PATTERN = re.compile(r"\s*<\?xml\b", re.IGNORECASE)
EQUALS_QUOTED_CELL_PATTERN = re.compile(r'\s*="(.*)"\s*', re.DOTALL)
NO_ROWS_MESSAGE = "There are no rows in this file."
ONLY_HIDDEN_SHEETS_MESSAGE = (
    "Only hidden sheets of this workbook have rows."
    " Unhide the right one in Excel, save, and choose the file again."
)
ONLY_HIDDEN_ROWS_MESSAGE = (
    "Every row of the sheet “{}” is hidden."
    " Clear the filter in Excel, save, and choose the file again."
)
NO_SUCH_SHEET_MESSAGE = "Choose a sheet from the list."
WEB_PAGE_WITHOUT_TABLE_MESSAGE = f"This is a web page without a table. {SAVE_AS_HINT}"
CARDS_WITHOUT_NUMBERS_MESSAGE = f"These address cards have no phone numbers. {SAVE_AS_HINT}"
TOO_MANY_COLUMNS_MESSAGE = (
    f"This file has more than {MAX_COLUMNS} columns. Keep only the names and the phone numbers."
)


@dataclass(frozen=True)
class SheetInfo:
    """Which sheet of a workbook was read, by its index in `names`, and what of it is hidden.

    `shown` says of each sheet whether it is not hidden. The sheet of a web page has no name.
    """

    index: int
    names: tuple[str, ...]
    shown: tuple[bool, ...]
    hidden_row_count: int
    includes_hidden_rows: bool


@dataclass(frozen=True)
class SpreadsheetData:
    """A table as it was read, without blank rows.

    `encoding` and `delimiter` of a workbook are "". `hidden_columns` are indexes.
    `is_number_list`: it held nothing but numbers, and each has a row of its own now.
    """

    rows: list[SpreadsheetRow]
    encoding: str
    delimiter: str
    sheet: SheetInfo | None = None
    hidden_columns: frozenset[int] = frozenset()
    is_number_list: bool = False

    @property
    def cells(self) -> list[list[str]]:
        """The cells of each row."""
        return [row.cells for row in self.rows]


@dataclass(frozen=True)
class SheetSelection:
    """Which sheet of a workbook is read, None for the one in front, and with its hidden rows."""

    index: int | None = None
    include_hidden_rows: bool = False


def read_spreadsheet(
    data: bytes, encoding: str = "", selection: SheetSelection | None = None
) -> SpreadsheetData:
    """Read a CSV file, a workbook, address cards or a web page, told apart by content.

    `encoding` is one of ENCODINGS, or "" to find out. Raises UnreadableSpreadsheet when there is
    nothing to read, when it is another kind of file, or when it is too large.
    """
    selection = selection or SheetSelection()
    if not data.strip(BLANK_BYTES):
        raise UnreadableSpreadsheet(NO_ROWS_MESSAGE)
    if workbooks.is_workbook(data):
        return _read_workbook(data, selection)
    _reject_other_files(data)
    if web_tables.is_mail_page(data):
        return _read_web_page(web_tables.extract_mail_page(data), "", selection)
    text, encoding = _decode(data, encoding)
    if address_cards.is_address_card(text):
        rows = address_cards.read_address_cards(text)
        if not any(cells[1:] for _, cells in rows[1:]):
            raise UnreadableSpreadsheet(CARDS_WITHOUT_NUMBERS_MESSAGE)
        return SpreadsheetData(_collect_rows(rows), encoding, "")
    if web_tables.is_web_page(text):
        return _read_web_page(text, encoding, selection)
    if XML_START_PATTERN.match(text):
        raise UnreadableSpreadsheet(f"This is an XML file. {SAVE_AS_HINT}")
    text = delimited_text.remove_equals_quotes(text)
    text, delimiter = delimited_text.detect_delimiter(text)
    parsed_rows = delimited_text.parse_delimited_rows(text, delimiter)
    return SpreadsheetData(_collect_rows(parsed_rows), encoding, delimiter)


def _decode(data: bytes, encoding: str) -> tuple[str, str]:
    """Return the text, without its mark, and its encoding; a web page may declare it."""
    if not encoding and data.lstrip(BLANK_BYTES)[:1] == b"<":
        declared = web_tables.find_declared_charset(data)
        if declared and not data.startswith((delimited_text.UTF8_MARK, b"\xff\xfe", b"\xfe\xff")):
            return data.decode(declared, "replace"), ""
    text, encoding = delimited_text.decode_text(data, encoding)
    return text.removeprefix("\ufeff"), encoding


def _read_web_page(page: str, encoding: str, selection: SheetSelection) -> SpreadsheetData:
    table = web_tables.read_web_table(page)
    if not table.rows:
        raise UnreadableSpreadsheet(WEB_PAGE_WITHOUT_TABLE_MESSAGE)
    book = ParsedWorkbook(
        list(enumerate(table.rows, 1)),
        0,
        [""],
        [True],
        frozenset(table.hidden_rows),
        frozenset(),
    )
    return _build_sheet(book, 0, selection, encoding)


def _read_workbook(data: bytes, selection: SheetSelection) -> SpreadsheetData:
    try:
        book = workbooks.read_workbook(data, selection.index)
    except UnreadableWorkbook as error:
        raise UnreadableSpreadsheet(f"{error} {SAVE_AS_HINT}") from error
    if book.index is None:
        only_hidden = not all(book.shown)
        raise UnreadableSpreadsheet(ONLY_HIDDEN_SHEETS_MESSAGE if only_hidden else NO_ROWS_MESSAGE)
    if not 0 <= book.index < len(book.sheets):
        raise UnreadableSpreadsheet(NO_SUCH_SHEET_MESSAGE)
    return _build_sheet(book, book.index, selection, "")


def _build_sheet(
    book: ParsedWorkbook, index: int, selection: SheetSelection, encoding: str
) -> SpreadsheetData:
    rows = list(starmap(SpreadsheetRow, book.rows))
    shown_rows = [row for row in rows if row.line not in book.hidden_rows]
    if not shown_rows and rows and not selection.include_hidden_rows:
        raise UnreadableSpreadsheet(ONLY_HIDDEN_ROWS_MESSAGE.format(book.sheets[index]))
    sheet = SheetInfo(
        index,
        tuple(book.sheets),
        tuple(book.shown),
        len(rows) - len(shown_rows),
        selection.include_hidden_rows,
    )
    collected = _collect_rows(rows if selection.include_hidden_rows else shown_rows)
    return SpreadsheetData(collected, encoding, "", sheet, book.hidden_columns)


def _collect_rows(rows: Iterable[SpreadsheetRow]) -> list[SpreadsheetRow]:
    """Return the rows that are not blank. Raises UnreadableSpreadsheet for none or too many."""
    # One row more than the limit for the headings, and one that tells that there are too many.
    table = list(islice(_drop_blank_rows(rows), MAX_SPREADSHEET_ROWS + 2))
    if len(table) > MAX_SPREADSHEET_ROWS + 1:
        raise UnreadableSpreadsheet(TOO_MANY_ROWS_MESSAGE)
    if not table:
        raise UnreadableSpreadsheet(NO_ROWS_MESSAGE)
    return table


def _drop_blank_rows(rows: Iterable[SpreadsheetRow]) -> Iterator[SpreadsheetRow]:
    """Yield the rows that are not blank, without the empty cells at their ends."""
    for line, written_cells in rows:
        cells = list(map(_clean_cell, written_cells))
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise UnreadableSpreadsheet(TOO_MANY_COLUMNS_MESSAGE)
        if cells:
            yield SpreadsheetRow(line, cells)


def _clean_cell(cell: str) -> str:
    """Cut a cell, and take off what spreadsheets put around its text."""
    if len(cell) > MAX_CELL_CHARACTERS:
        cell = cell[:MAX_CELL_CHARACTERS]
    if '="' in cell:
        quoted = EQUALS_QUOTED_CELL_PATTERN.fullmatch(cell)
        if quoted:
            return quoted[1].replace('""', '"')
    return unescape_csv_cell(cell)


def _reject_other_files(data: bytes) -> None:
    start = data.lstrip()[:16]
    for signature, sentence in UNSUPPORTED_FILE_SIGNATURES.items():
        if start.startswith(signature):
            raise UnreadableSpreadsheet(f"{sentence} {SAVE_AS_HINT}")
    # A list may begin with "Mzia"; a program has a NUL soon after.
    if data.startswith(b"MZ") and b"\0" in data[:64]:
        raise UnreadableSpreadsheet(f"This is a program. {SAVE_AS_HINT}")
