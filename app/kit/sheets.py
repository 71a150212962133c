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

from app.kit import delimited, workbooks
from app.kit.delimited import (
    DELIMITERS,
    ENCODINGS,
    MOST_ROWS,
    SAVE_AS,
    TOO_MANY,
    BadSheet,
    Row,
)
from app.kit.workbooks import BadWorkbook, Book, Mark

__all__ = [
    "DELIMITERS", "ENCODINGS", "MOST_ROWS", "TOO_MANY", "BadSheet", "Book", "Mark", "Row", "Sheet", "attachment",
    "csv_stream", "is_workbook", "plain_cell", "read", "read_workbook", "safe_cell", "unpack", "whole",
]  # fmt: skip

MOST_COLUMNS = 200
OTHER_FILES = {
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
NO_ROWS = "There are no rows in this file."
TOO_WIDE = f"This file has more than {MOST_COLUMNS} columns. Keep only the names and the phone numbers."
DANGEROUS = re.compile(r"'*(?:[\t\r\n\0]|\s*[=+\-@＝＋－＠])")


@dataclass(frozen=True)
class Sheet:
    """A table as it was read.

    Blank rows are left out. A workbook has the encoding "" and the delimiter "".
    """

    rows: list[Row]
    encoding: str
    delimiter: str


def read(data: bytes, encoding: str = "") -> Sheet:
    """The rows of a CSV or XLSX file, told apart by content.

    `encoding`: one of ENCODINGS, "" to find out.

    Raises BadSheet when there is nothing to read, when it is something else, or when it is too
    large.
    """
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise BadSheet(NO_ROWS)
    if is_workbook(data):
        sheet = io.BytesIO()
        rows, _ = read_workbook(
            unpack(data, sheet), sheet.getvalue(), Mark(), lambda: False
        )
        return Sheet(whole(rows), "", "")
    _refuse_other_files(data)
    text, found = delimited.decoded(data, encoding)
    text, delimiter = delimited.delimiter_of(text)
    return Sheet(whole(_kept(delimited.rows(text, delimiter))), found, delimiter)


def is_workbook(data: bytes) -> bool:
    """Whether these are the bytes of a workbook, or of another packed file."""
    return data.startswith(b"PK\x03\x04")


def unpack(data: bytes, sheet: BinaryIO) -> Book:
    """Write the one sheet of a workbook that is read into `sheet` (see workbooks.unpack).

    Raises BadSheet.
    """
    try:
        return workbooks.unpack(data, sheet)
    except BadWorkbook as error:
        raise BadSheet(f"{error} {SAVE_AS}") from error


def read_workbook(
    book: Book, sheet: bytes | mmap, mark: Mark, enough: Callable[[], bool]
) -> tuple[list[Row], Mark | None]:
    """Some rows of what was unpacked (see workbooks.read_slice), and where the next begin.

    Raises BadSheet.
    """
    try:
        piece = workbooks.read_slice(book, sheet, mark, enough)
    except BadWorkbook as error:
        raise BadSheet(f"{error} {SAVE_AS}") from error
    return list(_kept(Row(*row) for row in piece.rows)), piece.mark


def _kept(rows: Iterable[Row]) -> Iterator[Row]:
    """Those rows that are not blank, without empty cells at their ends."""
    for line, written in rows:
        cells = [plain_cell(cell) for cell in written]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise BadSheet(TOO_WIDE)
        if cells:
            yield Row(line, cells)


def whole(rows: Iterable[Row]) -> list[Row]:
    """All rows of a sheet. Raises BadSheet when there are none, or too many."""
    kept = list(islice(rows, MOST_ROWS + 2))  # and one for the headings
    if len(kept) > MOST_ROWS + 1:
        raise BadSheet(TOO_MANY)
    if not kept:
        raise BadSheet(NO_ROWS)
    return kept


def _refuse_other_files(data: bytes) -> None:
    start = data.lstrip()[:16]
    for magic, sentence in OTHER_FILES.items():
        if start.startswith(magic):
            raise BadSheet(f"{sentence} {SAVE_AS}")
    if data.startswith(b"MZ") and b"\0" in data[:64]:  # a list may begin with Mzia
        raise BadSheet(f"This is a program. {SAVE_AS}")


# ---- exports


def safe_cell(value: object) -> str:
    """A value as text that no spreadsheet runs as a formula: an apostrophe goes before = + - @
    tab and line ends.

    Reading a CSV takes the apostrophe off again (`plain_cell`), so what is exported comes back
    as it was.
    """
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and DANGEROUS.match(text) else text


def plain_cell(text: str) -> str:
    """A cell without the apostrophe that `safe_cell` put before it; any other apostrophe stays."""
    return text[1:] if text.startswith("'") and DANGEROUS.match(text, 1) else text


def csv_stream(
    headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> Iterator[str]:
    """A CSV piece by piece (RFC 4180, with the mark that makes Excel read UTF-8), every cell
    safe.
    """
    piece = io.StringIO()
    writer = csv.writer(piece, lineterminator="\r\n")
    piece.write("\ufeff")
    writer.writerow([safe_cell(heading) for heading in headings])
    for count, row in enumerate(rows, 1):
        writer.writerow([safe_cell(value) for value in row])
        if count % 200 == 0:
            yield _taken(piece)
    yield _taken(piece)


def _taken(piece: io.StringIO) -> str:
    text = piece.getvalue()
    piece.seek(0)
    piece.truncate()
    return text


def attachment(filename: str, kind: str = "text/csv; charset=utf-8") -> dict[str, str]:
    """The headers of a download. Whatever is in `filename`, it stays one harmless name."""
    name = (
        re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\"\\/:*?<>|;%]+", "-", filename).strip(
            " .-"
        )[:150]
        or "download"
    )
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "-")
    return {
        "Content-Type": kind,
        "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
