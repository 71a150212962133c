"""Spreadsheets: bytes somebody uploaded become rows of text, and rows become a CSV that a
spreadsheet opens safely.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from mmap import mmap
from typing import BinaryIO
from urllib.parse import quote

from app.core import delimited_text, workbooks
from app.core.delimited_text import (
    DELIMITERS,
    ENCODINGS,
    MAX_SPREADSHEET_ROWS,
    SAVE_AS_HINT,
    TOO_MANY_ROWS_MESSAGE,
    SpreadsheetRow,
    UnreadableSpreadsheet,
)
from app.core.workbooks import SheetPosition, UnreadableWorkbook, WorkbookMetadata

__all__ = [
    "DELIMITERS", "ENCODINGS", "MAX_SPREADSHEET_ROWS", "TOO_MANY_ROWS_MESSAGE", "UnreadableSpreadsheet", "WorkbookMetadata", "SheetPosition", "SpreadsheetRow", "SpreadsheetData", "build_download_headers",
    "stream_csv", "is_workbook", "unescape_csv_cell", "read_spreadsheet", "read_workbook_rows", "escape_csv_cell", "unpack_workbook", "collect_all_rows",
]  # fmt: skip

MAX_COLUMNS = 200
UNSUPPORTED_FILE_SIGNATURES = {
    b"%PDF": "This is a PDF.",
    b"\x89PNG": "This is a picture.",
    b"\xff\xd8\xff": "This is a picture.",
    b"GIF8": "This is a picture.",
    b"\x7fELF": "This is a program.",
    b"{\\rtf": "This is a text document.",
    b"\x1f\x8b": "This is a packed file.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel file (.xls), or one with a password.",
    b"BEGIN:VCARD": "These are address cards (vCard).",
    b"<!DOCTYPE": "This is a web page.",
    b"<!doctype": "This is a web page.",
    b"<html": "This is a web page.",
}
NO_ROWS_MESSAGE = "There are no rows in this file."
TOO_MANY_COLUMNS_MESSAGE = (
    f"This file has more than {MAX_COLUMNS} columns. Keep only the names and the phone numbers."
)
FORMULA_PATTERN = re.compile(r"'*(?:[\t\r\n\0]|\s*[=+\-@＝＋－＠])")


@dataclass(frozen=True)
class SpreadsheetData:
    """A table as it was read.

    Blank rows are left out. A workbook has the encoding "" and the delimiter "".
    """

    rows: list[SpreadsheetRow]
    encoding: str
    delimiter: str


def read_spreadsheet(data: bytes, encoding: str = "") -> SpreadsheetData:
    """The rows of a CSV or XLSX file, told apart by content.

    `encoding`: one of ENCODINGS, "" to find out.

    Raises BadSheet when there is nothing to read, when it is something else, or when it is too
    large.
    """
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise UnreadableSpreadsheet(NO_ROWS_MESSAGE)
    if is_workbook(data):
        sheet = io.BytesIO()
        rows, _ = read_workbook_rows(
            unpack_workbook(data, sheet),
            sheet.getvalue(),
            SheetPosition(),
            lambda: False,
        )
        return SpreadsheetData(collect_all_rows(rows), "", "")
    _reject_other_files(data)
    text, found = delimited_text.decode_text(data, encoding)
    text, delimiter = delimited_text.detect_delimiter(text)
    return SpreadsheetData(
        collect_all_rows(_drop_blank_rows(delimited_text.parse_delimited_rows(text, delimiter))),
        found,
        delimiter,
    )


def is_workbook(data: bytes) -> bool:
    """Whether these are the bytes of a workbook, or of another packed file."""
    return data.startswith(b"PK\x03\x04")


def unpack_workbook(data: bytes, sheet: BinaryIO) -> WorkbookMetadata:
    """Write the one sheet of a workbook that is read into `sheet` (see workbooks.unpack).

    Raises BadSheet.
    """
    try:
        return workbooks.unpack_first_sheet(data, sheet)
    except UnreadableWorkbook as error:
        raise UnreadableSpreadsheet(f"{error} {SAVE_AS_HINT}") from error


def read_workbook_rows(
    book: WorkbookMetadata,
    sheet: bytes | mmap,
    mark: SheetPosition,
    enough: Callable[[], bool],
) -> tuple[list[SpreadsheetRow], SheetPosition | None]:
    """Some rows of what was unpacked (see workbooks.read_slice), and where the next begin.

    Raises BadSheet.
    """
    try:
        piece = workbooks.read_sheet_slice(book, sheet, mark, enough)
    except UnreadableWorkbook as error:
        raise UnreadableSpreadsheet(f"{error} {SAVE_AS_HINT}") from error
    return list(_drop_blank_rows(SpreadsheetRow(*row) for row in piece.rows)), piece.mark


def _drop_blank_rows(rows: Iterable[SpreadsheetRow]) -> Iterator[SpreadsheetRow]:
    """Those rows that are not blank, without empty cells at their ends."""
    for line, written in rows:
        cells = [unescape_csv_cell(cell) for cell in written]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise UnreadableSpreadsheet(TOO_MANY_COLUMNS_MESSAGE)
        if cells:
            yield SpreadsheetRow(line, cells)


def collect_all_rows(rows: Iterable[SpreadsheetRow]) -> list[SpreadsheetRow]:
    """All rows of a sheet. Raises BadSheet when there are none, or too many."""
    kept = list(islice(rows, MAX_SPREADSHEET_ROWS + 2))  # and one for the headings
    if len(kept) > MAX_SPREADSHEET_ROWS + 1:
        raise UnreadableSpreadsheet(TOO_MANY_ROWS_MESSAGE)
    if not kept:
        raise UnreadableSpreadsheet(NO_ROWS_MESSAGE)
    return kept


def _reject_other_files(data: bytes) -> None:
    start = data.lstrip()[:16]
    for magic, sentence in UNSUPPORTED_FILE_SIGNATURES.items():
        if start.startswith(magic):
            raise UnreadableSpreadsheet(f"{sentence} {SAVE_AS_HINT}")
    if data.startswith(b"MZ") and b"\0" in data[:64]:  # a list may begin with Mzia
        raise UnreadableSpreadsheet(f"This is a program. {SAVE_AS_HINT}")


# ---- exports


def escape_csv_cell(value: object) -> str:
    """A value as text that no spreadsheet runs as a formula: an apostrophe goes before = + - @
    tab and line ends.

    Reading a CSV takes the apostrophe off again (`plain_cell`), so what is exported comes back
    as it was.
    """
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and FORMULA_PATTERN.match(text) else text


def unescape_csv_cell(text: str) -> str:
    """A cell without the apostrophe that `safe_cell` put before it; any other apostrophe stays."""
    return text[1:] if text.startswith("'") and FORMULA_PATTERN.match(text, 1) else text


def stream_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A CSV piece by piece (RFC 4180, with the mark that makes Excel read UTF-8), every cell
    safe.
    """
    piece = io.StringIO()
    writer = csv.writer(piece, lineterminator="\r\n")
    piece.write("\ufeff")
    writer.writerow([escape_csv_cell(heading) for heading in headings])
    for count, row in enumerate(rows, 1):
        writer.writerow([escape_csv_cell(value) for value in row])
        if count % 200 == 0:
            yield _drain_buffer(piece)
    yield _drain_buffer(piece)


def _drain_buffer(piece: io.StringIO) -> str:
    text = piece.getvalue()
    piece.seek(0)
    piece.truncate()
    return text


def build_download_headers(filename: str, kind: str = "text/csv; charset=utf-8") -> dict[str, str]:
    """The headers of a download. Whatever is in `filename`, it stays one harmless name."""
    name = (
        re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\"\\/:*?<>|;%]+", "-", filename).strip(" .-")[:150]
        or "download"
    )
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "-")
    return {
        "Content-Type": kind,
        "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
