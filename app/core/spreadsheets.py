"""Spreadsheets that somebody uploaded: bytes become rows of text, whatever kind of file it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from app.core import delimited_text, workbooks
from app.core.csv_files import unescape_csv_cell
from app.core.delimited_text import (
    MAX_SPREADSHEET_ROWS,
    SAVE_AS_HINT,
    TOO_MANY_ROWS_MESSAGE,
    SpreadsheetRow,
    UnreadableSpreadsheet,
)
from app.core.workbooks import UnreadableWorkbook

MAX_COLUMNS = 200
BLANK_BYTES = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
UNSUPPORTED_FILE_SIGNATURES = {
    b"%PDF": "This is a PDF.",
    b"\x89PNG": "This is a picture.",
    b"\xff\xd8\xff": "This is a picture.",
    b"GIF8": "This is a picture.",
    b"\x7fELF": "This is a program.",
    b"{\\rtf": "This is a text document.",
    b"\x1f\x8b": "This is a packed file.",
    b"BEGIN:VCARD": "These are address cards (vCard).",
    b"<!DOCTYPE": "This is a web page.",
    b"<!doctype": "This is a web page.",
    b"<html": "This is a web page.",
}
NO_ROWS_MESSAGE = "There are no rows in this file."
TOO_MANY_COLUMNS_MESSAGE = (
    f"This file has more than {MAX_COLUMNS} columns. Keep only the names and the phone numbers."
)


@dataclass(frozen=True)
class SpreadsheetData:
    """A table as it was read, without blank rows.

    `encoding` and `delimiter` of a workbook are "".
    """

    rows: list[SpreadsheetRow]
    encoding: str
    delimiter: str


def read_spreadsheet(data: bytes, encoding: str = "") -> SpreadsheetData:
    """Read a CSV file or a workbook, told apart by content.

    `encoding` is one of ENCODINGS, or "" to find out. Raises UnreadableSpreadsheet when there is
    nothing to read, when it is another kind of file, or when it is too large.
    """
    if not data.strip(BLANK_BYTES):
        raise UnreadableSpreadsheet(NO_ROWS_MESSAGE)
    if workbooks.is_workbook(data):
        return SpreadsheetData(_collect_rows(_read_workbook(data)), "", "")
    _reject_other_files(data)
    text, text_encoding = delimited_text.decode_text(data, encoding)
    text, delimiter = delimited_text.detect_delimiter(text)
    rows = delimited_text.parse_delimited_rows(text, delimiter)
    return SpreadsheetData(_collect_rows(rows), text_encoding, delimiter)


def _read_workbook(data: bytes) -> Iterator[SpreadsheetRow]:
    try:
        rows = workbooks.read_workbook_rows(data)
    except UnreadableWorkbook as error:
        raise UnreadableSpreadsheet(f"{error} {SAVE_AS_HINT}") from error
    for line, cells in rows:
        yield SpreadsheetRow(line, cells)


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
    for line, escaped_cells in rows:
        cells = [unescape_csv_cell(cell) for cell in escaped_cells]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise UnreadableSpreadsheet(TOO_MANY_COLUMNS_MESSAGE)
        if cells:
            yield SpreadsheetRow(line, cells)


def _reject_other_files(data: bytes) -> None:
    start = data.lstrip()[:16]
    for signature, sentence in UNSUPPORTED_FILE_SIGNATURES.items():
        if start.startswith(signature):
            raise UnreadableSpreadsheet(f"{sentence} {SAVE_AS_HINT}")
    # A list may begin with "Mzia"; a program has a NUL soon after.
    if data.startswith(b"MZ") and b"\0" in data[:64]:
        raise UnreadableSpreadsheet(f"This is a program. {SAVE_AS_HINT}")
