"""Spreadsheets: bytes somebody uploaded become rows of text, and rows become a CSV that a spreadsheet opens safely."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple
from urllib.parse import quote

from app.kit import workbooks
from app.kit.workbooks import LAST_EXCEL_ROW, BadWorkbook, Mark

MOST_ROWS, MOST_COLUMNS = 100_000, 200
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "cp1252": "Western European",
    "cp1250": "Central European",
    "cp1251": "Cyrillic",
    "mac_roman": "Mac, Western",
    "utf-16": "Unicode (UTF-16)",
}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
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
SAVE_AS = "Save the list as CSV or as an Excel workbook (.xlsx) and choose that file."
NO_ROWS = "There are no rows in this file."
TOO_MANY = f"This file has more than {MOST_ROWS:,} rows. Split it into smaller ones."
TOO_WIDE = f"This file has more than {MOST_COLUMNS} columns. Keep only the names and the phone numbers."
DANGEROUS = re.compile(r"'*(?:[\t\r\n\0]|\s*[=+\-@＝＋－＠])")

csv.field_size_limit(2**31 - 1)  # a huge cell is judged with its row; uploads as a whole are limited elsewhere


class BadSheet(ValueError):
    """The file cannot be read as a table. `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Row(NamedTuple):
    """One row: the line of the file (the row of the workbook) where it begins, from 1, and its cells as text."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """A table as it was read. Blank rows are left out. A workbook has the encoding "" and the delimiter ""."""

    rows: list[Row]
    encoding: str
    delimiter: str


def read(data: bytes, encoding: str = "") -> Sheet:
    """The rows of a CSV or XLSX file, told apart by content. `encoding`: one of ENCODINGS, "" to find out.

    Raises BadSheet when there is nothing to read, when it is something else, or when it is too large.
    """
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise BadSheet(NO_ROWS)
    if is_workbook(data):
        rows, _, _ = read_workbook(data, Mark(), None, lambda: False)
        return Sheet(whole(rows), "", "")
    _refuse_other_files(data)
    text, found = _decoded(data, encoding)
    text, delimiter = _delimiter(text)
    return Sheet(whole(_kept(_csv_rows(text, delimiter))), found, delimiter)


def is_workbook(data: bytes) -> bool:
    """Whether these are the bytes of a workbook, or of another packed file."""
    return data.startswith(b"PK\x03\x04")


def read_workbook(
    data: bytes, mark: Mark, strings: list[str] | None, enough: Callable[[], bool]
) -> tuple[list[Row], Mark | None, list[str]]:
    """Some rows of a workbook (see workbooks.read_slice), where the next begin, its texts. Raises BadSheet."""
    try:
        piece = workbooks.read_slice(data, mark, strings, enough)
    except BadWorkbook as error:
        raise BadSheet(f"{error} {SAVE_AS}") from error
    return list(_kept(Row(*row) for row in piece.rows)), piece.mark, piece.strings


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


# ---- text


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    """The text and the encoding it was in."""
    if encoding:
        if encoding not in ENCODINGS:
            raise BadSheet("Choose from the list how the letters are written.")
        return _decoded_as(data, encoding, ENCODINGS[encoding]), encoding
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded_as(data, "utf-16", "UTF-16"), "utf-16"
    if not data.startswith(b"\xef\xbb\xbf"):
        _refuse_what_is_no_text(data[:4096])
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return _decoded_as(data, "cp1252", "UTF-8, UTF-16 or Windows-1252"), "cp1252"


def _decoded_as(data: bytes, encoding: str, label: str) -> str:
    """Decoded strictly; says the line that cannot be."""
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadSheet(f"Line {line} is not text in {label}. Save the file again as “CSV UTF-8”.") from error


def _refuse_what_is_no_text(start: bytes) -> None:
    if start.count(0) * 5 > len(start):
        raise BadSheet("This looks like UTF-16 text without its mark. Save the file again as “CSV UTF-8”.")
    controls = sum(sign < 32 and sign not in b"\t\r\n\0" for sign in start)
    if controls * 10 > len(start):
        raise BadSheet(f"This is not a spreadsheet. {SAVE_AS}")


def _delimiter(text: str) -> tuple[str, str]:
    """What stands between the columns: what a first line `sep=;` says, else what gives the most constant table."""
    said = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if said and said[1] in DELIMITERS:
        return "\n" + text[said.end() :], said[1]
    return text, max(DELIMITERS, key=lambda delimiter: _constancy(text, delimiter))


def _constancy(text: str, delimiter: str) -> tuple[float, int, int]:
    """How much a delimiter speaks for itself: the share of rows with the same number of columns, how many these are (a
    wrong one may find a quotation mark that swallows all lines), and that number.
    """
    widths: Counter[int] = Counter()
    for _, cells in zip(range(200), csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), strict=False):
        if any(cells):
            widths[len(cells)] += 1
    width, rows = max(widths.items(), key=lambda pair: (pair[0] > 1, pair[1], pair[0]), default=(1, 0))
    return (rows / widths.total(), rows, width) if width > 1 else (0.0, 0, 1)


def _csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    for cells in reader:
        if line > LAST_EXCEL_ROW:  # of blank ones too: ten million take a quarter of a minute
            raise BadSheet(TOO_MANY)
        yield Row(line, cells)
        line = reader.line_num + 1


# ---- exports


def safe_cell(value: object) -> str:
    """A value as text that no spreadsheet runs as a formula: an apostrophe goes before = + - @ tab and line ends.

    Reading a CSV takes the apostrophe off again (`plain_cell`), so what is exported comes back as it was.
    """
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and DANGEROUS.match(text) else text


def plain_cell(text: str) -> str:
    """A cell without the apostrophe that `safe_cell` put before it; any other apostrophe stays."""
    return text[1:] if text.startswith("'") and DANGEROUS.match(text, 1) else text


def csv_stream(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A CSV piece by piece (RFC 4180, with the mark that makes Excel read UTF-8), every cell safe."""
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
    name = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\"\\/:*?<>|;%]+", "-", filename).strip(" .-")[:150] or "download"
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "-")
    return {
        "Content-Type": kind,
        "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
