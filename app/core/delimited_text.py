"""Delimited text (CSV and similar): detects the encoding and the delimiter, parses the rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from app.core.encoding_tables import ENCODINGS
from app.core.text_encodings import guess_encoding

MAX_SPREADSHEET_ROWS = 100_000
# As many lines as a sheet of Excel has. Ten million blank ones would take 15 s to walk through.
MAX_LINES = 1_048_576
SNIFFED_ROWS = 200
SNIFFED_BYTES = 4096
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
EQUALS_QUOTE_PATTERN = re.compile(r'(^|[,;\t|])="', re.MULTILINE)
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAVE_AS_HINT = "Save the list as CSV or as an Excel workbook (.xlsx) and choose that file."
TOO_MANY_ROWS_MESSAGE = (
    f"This file has more than {MAX_SPREADSHEET_ROWS:,} rows. Split it into smaller ones."
)

# The largest limit that fits a C long everywhere: rows check the length of their cells, and
# MAX_CONTENT_LENGTH limits the upload.
csv.field_size_limit(2**31 - 1)


class UnreadableSpreadsheet(ValueError):
    """The file cannot be parsed as a table. `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SpreadsheetRow(NamedTuple):
    """One row: its cells as text, and the line of the file (row of the workbook) where it begins.

    Lines count from 1.
    """

    line: int
    cells: list[str]


def decode_text(data: bytes, encoding: str) -> tuple[str, str]:
    """Return the text and its encoding. Raises UnreadableSpreadsheet.

    `encoding` is one of ENCODINGS, or "" to find out: the mark, then strict UTF-8, then the
    likeliest one by its letters.
    """
    if encoding:
        if encoding not in ENCODINGS:
            raise UnreadableSpreadsheet("Choose a character set from the list.")
        return _decode_strictly(data, encoding, ENCODINGS[encoding]), encoding
    if data.startswith(UTF16_MARKS):
        return _decode_strictly(data, "utf-16", "UTF-16"), "utf-16"
    if not data.startswith(UTF8_MARK):
        _reject_binary_data(data[:SNIFFED_BYTES])
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        guessed = guess_encoding(data)
    if guessed:
        return data.decode(guessed), guessed
    return _decode_strictly(data, "cp1252", "UTF-8, UTF-16 or Windows-1252"), "cp1252"


def _decode_strictly(data: bytes, encoding: str, label: str) -> str:
    """Decode, or raise UnreadableSpreadsheet with the line that is not in this encoding."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableSpreadsheet(
            f"Line {line} could not be read as {label}. Save the file again as “CSV UTF-8”."
        ) from error


def _reject_binary_data(start: bytes) -> None:
    # Every second byte of Western text in UTF-16 is a NUL.
    if start.count(0) * 5 > len(start):
        raise UnreadableSpreadsheet(
            "This looks like UTF-16 text without its mark. Save the file again as “CSV UTF-8”."
        )
    controls = sum(byte < 32 and byte not in b"\t\r\n\0" for byte in start)
    if controls * 10 > len(start):
        raise UnreadableSpreadsheet(f"This is not a spreadsheet. {SAVE_AS_HINT}")


def detect_delimiter(text: str) -> tuple[str, str]:
    """Return the text without a first line `sep=;`, and the delimiter.

    Without such a line it is the delimiter that gives the most regular table.
    """
    declaration = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if declaration and declaration[1] in DELIMITERS:
        # The line end stays, so that the rows keep their line numbers.
        return "\n" + text[declaration.end() :], declaration[1]
    return text, max(DELIMITERS, key=lambda delimiter: _score_delimiter(text, delimiter))


def remove_equals_quotes(text: str) -> str:
    """Write ="Rao, Asha" as "Rao, Asha": some exports keep Excel from changing cells with it."""
    if '="' not in text:
        return text
    return EQUALS_QUOTE_PATTERN.sub(r'\1"', text)


def _score_delimiter(text: str, delimiter: str) -> tuple[float, int, int]:
    """Return how regular a table this delimiter gives, to be compared.

    That is the share of rows with the same number of columns, then how many rows these are (a
    wrong delimiter may find a quotation mark that swallows all lines), then that number.
    """
    widths: Counter[int] = Counter()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in islice(reader, SNIFFED_ROWS):
        if any(cells):
            widths[len(cells)] += 1
    width, rows = max(
        widths.items(), key=lambda pair: (pair[0] > 1, pair[1], pair[0]), default=(1, 0)
    )
    if width == 1:
        return 0.0, 0, 1
    return rows / widths.total(), rows, width


def parse_delimited_rows(text: str, delimiter: str) -> Iterator[SpreadsheetRow]:
    """Yield every row, also blank ones. Raises UnreadableSpreadsheet after MAX_LINES lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    for cells in reader:
        if line > MAX_LINES:
            raise UnreadableSpreadsheet(TOO_MANY_ROWS_MESSAGE)
        yield SpreadsheetRow(line, cells)
        line = reader.line_num + 1
