"""A workbook becomes rows, a slice in each request: reading one takes longer than a person
should look at nothing.

Each slice lies in a file of its own beside the upload and says where the next begins: a restart
loses nothing, and of two requests that read the same one the first counts.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass

from app.core import csv_files
from app.core.csv_files import (
    SheetPosition,
    SpreadsheetData,
    SpreadsheetRow,
    UnreadableSpreadsheet,
    WorkbookMetadata,
)
from app.imports.actions import uploads
from app.imports.actions.reading import Reading, read, read_sheet

SECONDS = 1.2  # of reading in one request; unpacking comes out of it


@dataclass(frozen=True)
class Part:
    """A slice: its rows, where the next begin (None: that was all), how many rows were read by
    its end, and how much of the workbook that is, from 0 to 1.
    """

    rows: list[SpreadsheetRow]
    mark: SheetPosition | None
    so_far: int
    share: float


def start(
    name: str, data: bytes, region: str, clock: Callable[[], float] = time.monotonic
) -> Reading | Part:
    """Read the file that is kept under this name, or as much of a workbook as one request may.

    Raises UNREADABLE.
    """
    until = clock() + SECONDS
    if not csv_files.is_workbook(data):
        return _kept(name, read(data, region))
    with uploads.beside(name, "sheet") as sheet:
        book = csv_files.unpack_workbook(data, sheet)
    uploads.keep_beside(name, "book", json.dumps(asdict(book)).encode())
    part = _read_part(name, book, None, 0, lambda: clock() > until)
    return part if part.mark else _put_together(name, 1, region)


def go_on(
    name: str | None, region: str, clock: Callable[[], float] = time.monotonic
) -> Reading | Part:
    """Read the next slice, or when there is none, put all of them together.

    Raises UNREADABLE, uploads.Gone.
    """
    until, name = clock() + SECONDS, name or ""
    last, number = _last_part(name)
    if last.mark is None:
        return _put_together(name, number, region)
    book = WorkbookMetadata(**json.loads(uploads.fetch(f"{name}book")))
    return _read_part(name, book, last, number, lambda: clock() > until)


def _read_part(
    name: str,
    book: WorkbookMetadata,
    last: Part | None,
    number: int,
    enough: Callable[[], bool],
) -> Part:
    sheet, mark = uploads.mapped(f"{name}sheet"), last.mark if last else None
    rows, mark = csv_files.read_workbook_rows(
        book, sheet, mark or SheetPosition(), enough
    )
    so_far = len(rows) + (last.so_far if last else 0)
    if so_far > csv_files.MAX_SPREADSHEET_ROWS + 1:
        raise UnreadableSpreadsheet(csv_files.TOO_MANY_ROWS_MESSAGE)
    part = Part(rows, mark, so_far, mark.at / len(sheet) if mark else 1)
    kept = [rows, mark and astuple(mark), so_far, part.share]
    uploads.keep_once(name, f"part{number}", json.dumps(kept).encode())
    return part


def _last_part(name: str) -> tuple[Part, int]:
    """The slice that was read last, and how many there are."""
    number = uploads.count_parts(name)
    return _part(name, number - 1), number


def _part(name: str, number: int) -> Part:
    rows, mark, so_far, share = json.loads(uploads.fetch(f"{name}part{number}"))
    return Part(
        [SpreadsheetRow(line, cells) for line, cells in rows],
        mark and SheetPosition(*mark),
        so_far,
        share,
    )


def _put_together(name: str, parts: int, region: str) -> Reading:
    rows = (row for number in range(parts) for row in _part(name, number).rows)
    return _kept(
        name,
        read_sheet(SpreadsheetData(csv_files.collect_all_rows(rows), "", ""), region),
    )


def _kept(name: str, reading: Reading) -> Reading:
    uploads.keep_rows(name, reading.rows)
    return reading
