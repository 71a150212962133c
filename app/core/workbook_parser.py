"""The program that app.core.workbooks runs: a workbook on stdin, its rows as JSON on stdout.

It imports nothing of the app. It ends with 0, with 1 when the workbook cannot be read, and with a
signal when that takes too much memory or time.
"""

import datetime as dt
import io
import json
import os
import resource
import sys
import zipfile
from collections.abc import Iterator

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

# 100,000 rows of four columns take 64 MB; every cell of a wider sheet takes about 100 bytes.
MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_CPU_SECONDS = 15
# 100,000 rows of text are about 10 MB. A shared text of a workbook can stand in every cell.
MAX_TEXT_CHARACTERS = 64 * 1024 * 1024
# One row more than the importer takes with its headings, and one column: it says what is wrong.
MAX_ROWS = 100_002
MAX_CELLS = 201
CHUNK_BYTES = 1024 * 1024
DOCTYPE = b"<!doctype"

CellValue = float | str | dt.time | dt.date | dt.datetime | dt.timedelta


class UnsafeWorkbook(ValueError):
    """The archive declares XML entities, or unpacks to something else than its directory says."""


def main() -> None:
    """Parse the workbook on stdin."""
    limit_resources()
    data = sys.stdin.buffer.read()
    if data.startswith(b"PK"):
        reject_unsafe_archive(data)
    try:
        # dumps() and not dump(), which encodes in Python: 0.49 s for 100,000 rows, and not 0.63 s.
        sys.stdout.write(json.dumps(list(parse_workbook(data))))
    except MemoryError:
        # The library's own way to end when it gets no memory.
        os.abort()


def limit_resources() -> None:
    """Let the kernel end this process before it hurts the server."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def reject_unsafe_archive(data: bytes) -> None:
    """Unpack every file once. Raises UnsafeWorkbook for a <!DOCTYPE, BadZipFile for a false size.

    zipfile stops at the size of the directory and then compares the checksum.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            tail = b""
            with archive.open(member) as file:
                while chunk := file.read(CHUNK_BYTES):
                    # What ends one chunk may go on in the next.
                    if DOCTYPE in (tail + chunk).lower():
                        raise UnsafeWorkbook(member.filename)
                    tail = chunk[-len(DOCTYPE) :]


def parse_workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows (line, cells) of the first sheet that has any, blank rows left out."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in list_sheet_names(workbook):
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is not None:
            yield from read_sheet_rows(sheet)
            return


def list_sheet_names(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets with cells, the visible ones first."""
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
    return [sheet.name for sheet in sheets]


def read_sheet_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, as text. Raises MemoryError for too much text."""
    assert sheet.start is not None
    # iter_rows() begins at the first row of the sheet, but at its first column that has values.
    empty_columns = [""] * sheet.start[1]
    row_count = 0
    character_count = 0
    for line, values in enumerate(sheet.iter_rows(), 1):
        cells = empty_columns + [format_cell_value(value) for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        del cells[MAX_CELLS:]
        row_count += 1
        character_count += sum(map(len, cells))
        if character_count > MAX_TEXT_CHARACTERS:
            raise MemoryError
        yield line, cells
        if row_count == MAX_ROWS:
            return


def format_cell_value(value: CellValue) -> str:
    """Return a value as people read it: whole numbers without a point, days without a time."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    main()
