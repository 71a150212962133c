"""CSV downloads: rows become a file that a spreadsheet opens safely."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote

from app.core.batch_reading import iterate_in_batches

CsvCells = Sequence[object]
# Each row with its key, a number that grows from row to row.
CsvBatch = Sequence[tuple[int, CsvCells]]

# What a spreadsheet runs as a formula, also after blanks, and also in full-width characters.
FORMULA_PATTERN = re.compile(r"'*(?:[\t\r\n\0]|\s*[=+\-@＝＋－＠])")
# A stored number cannot be a formula that does harm, and other programs keep the apostrophe.
PHONE_PATTERN = re.compile(r"\+\d{7,15}", re.ASCII)
# What stands between a delimiter of another reading (Excel in German reads ";") and the sign of a
# formula. It begins where no such character stands before it, so that each is looked at once.
DELIMITER_RUN_PATTERN = re.compile(r"""(?<![;|\s"'])([;|\s"']++)(?=[=+\-@＝＋－＠])""")
LAST_DELIMITER_PATTERN = re.compile(r"[;|\t\r\n]")
ESCAPED_DELIMITER_PATTERN = re.compile(r"([;|\t\r\n])'")
UNSAFE_NAME_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\"\\/:*?<>|;%]+")
MAX_FILE_NAME_CHARACTERS = 150
# Rows in one piece of a response.
ROWS_PER_PIECE = 200


def escape_csv_cell(value: object) -> str:
    """Return a value as text that no spreadsheet runs as a formula.

    An apostrophe goes before = + - @, tab and line ends, also behind a semicolon, tab, bar or
    line end inside the cell, where other readings begin a new one. Numbers (+1303…) stay as they
    are. The importer takes it off again (`unescape_csv_cell`), so that what is exported comes
    back as it was.
    """
    if value is None:
        return ""
    text = str(value)
    if not isinstance(value, str) or PHONE_PATTERN.fullmatch(text):
        return text
    text = DELIMITER_RUN_PATTERN.sub(_escape_delimiters, text)
    return f"'{text}" if FORMULA_PATTERN.match(text) else text


def _escape_delimiters(match: re.Match[str]) -> str:
    """Put an apostrophe behind each delimiter that nothing but blanks and quotes follows."""
    head, tail = _split_delimiter_run(match[1])
    return head + LAST_DELIMITER_PATTERN.sub(r"\g<0>'", tail)


def _split_delimiter_run(run: str) -> tuple[str, str]:
    """Return what stands before the last semicolon or bar, and the rest."""
    cut = max(run.rfind(";"), run.rfind("|"), 0)
    return run[:cut], run[cut:]


def unescape_csv_cell(text: str) -> str:
    """Remove the apostrophes that `escape_csv_cell` puts into a cell; any other one stays."""
    if "'" not in text:
        return text
    if text.startswith("'") and FORMULA_PATTERN.match(text, 1):
        text = text[1:]
    return DELIMITER_RUN_PATTERN.sub(_unescape_delimiters, text)


def _unescape_delimiters(match: re.Match[str]) -> str:
    head, tail = _split_delimiter_run(match[1])
    return head + ESCAPED_DELIMITER_PATTERN.sub(r"\1", tail)


def stream_csv_in_batches(
    headings: Sequence[str], fetch_batch: Callable[[int], CsvBatch]
) -> Iterator[str]:
    """Yield a CSV whose rows are read from the database batch by batch.

    `fetch_batch(key)` returns the next rows, each with its key (see `iterate_in_batches`).
    """
    return stream_csv(headings, iterate_in_batches(fetch_batch))


def stream_csv(headings: Sequence[str], rows: Iterable[CsvCells]) -> Iterator[str]:
    """Yield a CSV (RFC 4180) in pieces, every cell escaped, and quoted below the headings.

    It begins with a byte order mark: without one, Excel does not read it as UTF-8.
    """
    piece = io.StringIO()
    piece.write("\ufeff")
    csv.writer(piece, lineterminator="\r\n").writerow(map(escape_csv_cell, headings))
    writer = csv.writer(piece, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    for count, row in enumerate(rows, 1):
        writer.writerow(map(escape_csv_cell, row))
        if count % ROWS_PER_PIECE == 0:
            yield _drain_buffer(piece)
    yield _drain_buffer(piece)


def _drain_buffer(piece: io.StringIO) -> str:
    text = piece.getvalue()
    piece.seek(0)
    piece.truncate()
    return text


def build_download_headers(filename: str, kind: str = "text/csv; charset=utf-8") -> dict[str, str]:
    """Return the headers of a download. Whatever is in `filename`, it stays one harmless name."""
    name = UNSAFE_NAME_CHARACTERS.sub("-", filename).strip(" .-")
    name = name[:MAX_FILE_NAME_CHARACTERS] or "download"
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "-")
    utf8_name = quote(name, safe="")
    return {
        "Content-Type": kind,
        "Content-Disposition": (
            f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{utf8_name}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
