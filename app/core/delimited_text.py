"""Text with columns (CSV and its kin): how its letters are written, what stands between its
columns, its rows.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from app.core.workbooks import LAST_EXCEL_ROW

MAX_SPREADSHEET_ROWS = 100_000
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "cp1252": "Western European",
    "cp1250": "Central European",
    "cp1251": "Cyrillic",
    "mac_roman": "Mac, Western",
    "utf-16": "Unicode (UTF-16)",
}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAVE_AS_HINT = "Save the list as CSV or as an Excel workbook (.xlsx) and choose that file."
TOO_MANY_ROWS_MESSAGE = (
    f"This file has more than {MAX_SPREADSHEET_ROWS:,} rows. Split it into smaller ones."
)

csv.field_size_limit(
    2**31 - 1
)  # a huge cell is judged with its row; uploads as a whole are limited elsewhere


class UnreadableSpreadsheet(ValueError):
    """The file cannot be read as a table. `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SpreadsheetRow(NamedTuple):
    """One row: the line of the file (the row of the workbook) where it begins, from 1, and its
    cells as text.
    """

    line: int
    cells: list[str]


def decode_text(data: bytes, encoding: str) -> tuple[str, str]:
    """The text and the encoding it was in (`encoding`: one of ENCODINGS, "" to find out).

    Raises BadSheet.
    """
    if encoding:
        if encoding not in ENCODINGS:
            raise UnreadableSpreadsheet("Choose from the list how the letters are written.")
        return _decode_strictly(data, encoding, ENCODINGS[encoding]), encoding
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_strictly(data, "utf-16", "UTF-16"), "utf-16"
    if not data.startswith(b"\xef\xbb\xbf"):
        _reject_binary_data(data[:4096])
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return _decode_strictly(data, "cp1252", "UTF-8, UTF-16 or Windows-1252"), "cp1252"


def _decode_strictly(data: bytes, encoding: str, label: str) -> str:
    """Decoded strictly; says the line that cannot be."""
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableSpreadsheet(
            f"Line {line} is not text in {label}. Save the file again as “CSV UTF-8”."
        ) from error


def _reject_binary_data(start: bytes) -> None:
    if start.count(0) * 5 > len(start):
        raise UnreadableSpreadsheet(
            "This looks like UTF-16 text without its mark. Save the file again as “CSV UTF-8”."
        )
    controls = sum(sign < 32 and sign not in b"\t\r\n\0" for sign in start)
    if controls * 10 > len(start):
        raise UnreadableSpreadsheet(f"This is not a spreadsheet. {SAVE_AS_HINT}")


def detect_delimiter(text: str) -> tuple[str, str]:
    """What stands between the columns: what a first line `sep=;` says, else what gives the most
    constant table.
    """
    said = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if said and said[1] in DELIMITERS:
        return "\n" + text[said.end() :], said[1]
    return text, max(DELIMITERS, key=lambda delimiter: _score_delimiter(text, delimiter))


def _score_delimiter(text: str, delimiter: str) -> tuple[float, int, int]:
    """How much a delimiter speaks for itself: the share of rows with the same number of
    columns, how many these are (a wrong one may find a quotation mark that swallows all
    lines), and that number.
    """
    widths: Counter[int] = Counter()
    for _, cells in zip(
        range(200),
        csv.reader(io.StringIO(text, newline=""), delimiter=delimiter),
        strict=False,
    ):
        if any(cells):
            widths[len(cells)] += 1
    width, rows = max(
        widths.items(), key=lambda pair: (pair[0] > 1, pair[1], pair[0]), default=(1, 0)
    )
    return (rows / widths.total(), rows, width) if width > 1 else (0.0, 0, 1)


def parse_delimited_rows(text: str, delimiter: str) -> Iterator[SpreadsheetRow]:
    """Every row, blank ones too. Raises BadSheet when there are more than a workbook could have."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    for cells in reader:
        if line > LAST_EXCEL_ROW:  # of blank ones too: ten million take a quarter of a minute
            raise UnreadableSpreadsheet(TOO_MANY_ROWS_MESSAGE)
        yield SpreadsheetRow(line, cells)
        line = reader.line_num + 1
