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
from app.imports.actions import upload_storage
from app.imports.actions.spreadsheet_parsing import (
    ParsedSpreadsheet,
    parse_sheet,
    parse_spreadsheet,
)

READ_SECONDS = 1.2  # of reading in one request; unpacking comes out of it


@dataclass(frozen=True)
class WorkbookSlice:
    """A slice: its rows, where the next begin (None: that was all), how many rows were read by
    its end, and how much of the workbook that is, from 0 to 1.
    """

    rows: list[SpreadsheetRow]
    next_position: SheetPosition | None
    rows_read: int
    fraction_read: float


def start_reading_upload(
    name: str, data: bytes, region: str, clock: Callable[[], float] = time.monotonic
) -> ParsedSpreadsheet | WorkbookSlice:
    """Read the file that is kept under this name, or as much of a workbook as one request may.

    Raises UNREADABLE.
    """
    until = clock() + READ_SECONDS
    if not csv_files.is_workbook(data):
        return _store_parsed_rows(name, parse_spreadsheet(data, region))
    with upload_storage.open_sidecar_for_writing(name, "sheet") as sheet:
        book = csv_files.unpack_workbook(data, sheet)
    upload_storage.store_sidecar_file(name, "book", json.dumps(asdict(book)).encode())
    part = _read_slice(name, book, None, 0, lambda: clock() > until)
    return part if part.next_position else _join_slices(name, 1, region)


def continue_reading_upload(
    name: str | None, region: str, clock: Callable[[], float] = time.monotonic
) -> ParsedSpreadsheet | WorkbookSlice:
    """Read the next slice, or when there is none, put all of them together.

    Raises UNREADABLE, uploads.Gone.
    """
    until, name = clock() + READ_SECONDS, name or ""
    last, number = _load_last_slice(name)
    if last.next_position is None:
        return _join_slices(name, number, region)
    book = WorkbookMetadata(**json.loads(upload_storage.read_upload(f"{name}book")))
    return _read_slice(name, book, last, number, lambda: clock() > until)


def _read_slice(
    name: str,
    book: WorkbookMetadata,
    last: WorkbookSlice | None,
    number: int,
    enough: Callable[[], bool],
) -> WorkbookSlice:
    sheet, mark = (
        upload_storage.map_upload_to_memory(f"{name}sheet"),
        last.next_position if last else None,
    )
    rows, mark = csv_files.read_workbook_rows(book, sheet, mark or SheetPosition(), enough)
    so_far = len(rows) + (last.rows_read if last else 0)
    if so_far > csv_files.MAX_SPREADSHEET_ROWS + 1:
        raise UnreadableSpreadsheet(csv_files.TOO_MANY_ROWS_MESSAGE)
    part = WorkbookSlice(rows, mark, so_far, mark.byte_offset / len(sheet) if mark else 1)
    kept = [rows, mark and astuple(mark), so_far, part.fraction_read]
    upload_storage.store_sidecar_file_once(name, f"part{number}", json.dumps(kept).encode())
    return part


def _load_last_slice(name: str) -> tuple[WorkbookSlice, int]:
    """The slice that was read last, and how many there are."""
    number = upload_storage.count_workbook_slices(name)
    return _load_slice(name, number - 1), number


def _load_slice(name: str, number: int) -> WorkbookSlice:
    rows, mark, so_far, share = json.loads(upload_storage.read_upload(f"{name}part{number}"))
    return WorkbookSlice(
        [SpreadsheetRow(line, cells) for line, cells in rows],
        mark and SheetPosition(*mark),
        so_far,
        share,
    )


def _join_slices(name: str, parts: int, region: str) -> ParsedSpreadsheet:
    rows = (row for number in range(parts) for row in _load_slice(name, number).rows)
    return _store_parsed_rows(
        name,
        parse_sheet(SpreadsheetData(csv_files.collect_all_rows(rows), "", ""), region),
    )


def _store_parsed_rows(name: str, reading: ParsedSpreadsheet) -> ParsedSpreadsheet:
    upload_storage.store_upload_rows(name, reading.rows)
    return reading
