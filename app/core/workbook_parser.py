"""The program that app.core.workbooks runs: a workbook on stdin, its rows as JSON on stdout.

It imports nothing of the app. It ends with 0, with 1 when the workbook cannot be read, and with a
signal when that takes too much memory or time. Its only argument is the index of the sheet to
read; without one it takes the sheet that is shown when the workbook is opened.
"""

import datetime as dt
import io
import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

# 100,000 rows of four columns take 64 MB; every cell of a wider sheet takes about 100 bytes.
MAX_MEMORY_BYTES = 400 * 1024 * 1024
MAX_CPU_SECONDS = 15
# 100,000 rows of text are about 10 MB. A shared text of a workbook can stand in every cell.
MAX_TEXT_CHARACTERS = 64 * 1024 * 1024
# A longer cell is refused with its row; nothing after this looks at more of it.
MAX_CELL_CHARACTERS = 10_001
# One row more than the importer takes with its headings, and one column: it says what is wrong.
MAX_ROWS = 100_002
MAX_CELLS = 201
MAX_SHEETS = 500
# Sheets that are looked at for numbers before the first one is taken.
MAX_TRIED_SHEETS = 10
PHONE_LIKE_PATTERN = re.compile(r"(?:\d\D{0,3}){7}")
MAX_TRIED_ROWS = 200

CellValue = float | str | dt.time | dt.date | dt.datetime | dt.timedelta
SheetRows = list[tuple[int, list[str]]]


def main() -> None:
    """Parse the workbook on stdin."""
    limit_resources()
    visibility = load_neighbor_module("workbook_visibility.py")
    data = sys.stdin.buffer.read()
    chosen_index = int(sys.argv[1]) if len(sys.argv) > 1 else None
    try:
        if data.startswith(b"PK"):
            visibility.reject_unsafe_archive(data)
        # dumps() and not dump(), which encodes in Python: 0.49 s for 100,000 rows, and not 0.63 s.
        sys.stdout.write(json.dumps(parse_workbook(data, chosen_index, visibility)))
    except MemoryError:
        # The library's own way to end when it gets no memory.
        os.abort()


def load_neighbor_module(file_name: str) -> ModuleType:
    """Return the module in the file beside this one: "-I" hides its folder."""
    path = Path(__file__).with_name(file_name)
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def limit_resources() -> None:
    """Let the kernel end this process before it hurts the server."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def parse_workbook(data: bytes, chosen_index: int | None, visibility: ModuleType) -> dict[str, Any]:
    """Return the sheets with cells, which one was read, its rows, and what of it is hidden.

    `index` is None when only hidden sheets have cells.
    """
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    names = [sheet.name for sheet in workbook.sheets_metadata]
    visible_names = list_visible_sheets(workbook)
    index = chosen_index
    if index is None:
        active_name = visibility.find_active_sheet(data, names)
        index = choose_sheet(workbook, names, visible_names, active_name)
    result: dict[str, Any] = {
        "index": index,
        "sheets": names,
        "shown": [name in visible_names for name in names],
        "rows": [],
        "hidden_rows": [],
        "hidden_columns": [],
    }
    if index is not None and 0 <= index < len(names):
        result["rows"] = read_sheet_rows(workbook.get_sheet_by_index(index))
        rows, columns = find_hidden_parts(data, index, names[index], visibility)
        result["hidden_rows"] = sorted(rows)
        result["hidden_columns"] = sorted(columns)
    return result


def find_hidden_parts(
    data: bytes, index: int, name: str, visibility: ModuleType
) -> tuple[set[int], set[int]]:
    """Return the hidden rows (from 1) and columns (from 0) of a sheet of any format."""
    if data.startswith(b"PK"):
        hidden = visibility.find_hidden_parts(data, index, name)
        return hidden.rows, hidden.columns
    legacy_workbooks = load_neighbor_module("legacy_workbooks.py")
    rows, columns = legacy_workbooks.find_hidden_rows_and_columns(data, index)
    return rows, columns


def list_visible_sheets(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets of cells that are not hidden."""
    names = []
    if len(workbook.sheets_metadata) > MAX_SHEETS:
        raise MemoryError
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            names.append(sheet.name)
    return names


def choose_sheet(
    workbook: CalamineWorkbook, names: list[str], visible_names: list[str], active_name: str
) -> int | None:
    """Return the sheet to read: the first one with numbers, the one in front first of all.

    Without numbers anywhere it is the first one with cells, None when no shown sheet has any.
    """
    candidates = sorted(visible_names, key=lambda name: name != active_name)
    first_filled: int | None = None
    for name in candidates[:MAX_TRIED_SHEETS]:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is None:
            continue
        if first_filled is None:
            first_filled = names.index(name)
        if has_phone_like_cell(sheet):
            return names.index(name)
    return first_filled


def has_phone_like_cell(sheet: CalamineSheet) -> bool:
    """Whether one of the first rows has a cell with seven digits near each other."""
    for line, values in enumerate(sheet.iter_rows(), 1):
        for value in values:
            text = value if isinstance(value, str) else format_cell_value(value)
            if PHONE_LIKE_PATTERN.search(text[:100]) and not isinstance(value, dt.date):
                return True
        if line == MAX_TRIED_ROWS:
            return False
    return False


def read_sheet_rows(sheet: CalamineSheet) -> SheetRows:
    """Return the rows that are not blank, as text. Raises MemoryError for too much text."""
    if sheet.start is None:
        return []
    return list(iterate_filled_rows(sheet, sheet.start[1]))


def iterate_filled_rows(sheet: CalamineSheet, first_column: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) for every row that is not blank.

    iter_rows() begins at the first row of the sheet, but at its first column that has values.
    """
    empty_columns = [""] * first_column
    row_count = 0
    character_count = 0
    for line, values in enumerate(sheet.iter_rows(), 1):
        cells = empty_columns + list(map(format_cell_value, values))
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
        return value[:MAX_CELL_CHARACTERS]
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    main()
