"""Hidden rows and columns of an old Excel file (.xls): BIFF8 records in an OLE compound file.

The library that reads the cells does not tell. It runs in the child process of
workbook_parser.py and imports nothing of the app. The formats: [MS-CFB] and [MS-XLS] of
Microsoft's open specifications. A damaged file has nothing hidden: what it has is still shown.
"""

import struct
from collections.abc import Iterator

OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
STREAM_NAMES = ("Workbook", "Book")
LAST_SECTOR_NUMBER = 0xFFFFFFF9
# Streams below this size lie in small sectors of one shared stream.
SMALL_STREAM_BYTES = 4096
SMALL_SECTOR_BYTES = 64
DIRECTORY_ENTRY_BYTES = 128
ROOT_ENTRY_TYPE = 5

END_OF_SHEET = 0x000A
COLUMN_INFO = 0x007D
SHEET_INFO = 0x0085
ROW_INFO = 0x0208
HIDDEN_ROW_FLAG = 0x20
HIDDEN_COLUMN_FLAG = 0x01
MAX_COLUMNS = 256


def find_hidden_rows_and_columns(data: bytes, index: int) -> tuple[set[int], set[int]]:
    """Return the hidden rows (from 1) and columns (from 0) of the sheet with this index."""
    rows: set[int] = set()
    columns: set[int] = set()
    try:
        stream = _read_workbook_stream(data)
        for kind, body in _iterate_sheet_records(stream, index):
            if kind == ROW_INFO and body[12] & HIDDEN_ROW_FLAG:
                rows.add(struct.unpack_from("<H", body)[0] + 1)
            elif kind == COLUMN_INFO and body[8] & HIDDEN_COLUMN_FLAG:
                first, last = struct.unpack_from("<HH", body)
                columns.update(range(first, min(last + 1, MAX_COLUMNS)))
    except (struct.error, IndexError, ValueError):
        return set(), set()
    return rows, columns


def _iterate_sheet_records(stream: bytes, index: int) -> Iterator[tuple[int, bytes]]:
    """Yield (kind, body) of the records of one sheet."""
    sheets = [body for kind, body in _iterate_records(stream, 0) if kind == SHEET_INFO]
    yield from _iterate_records(stream, struct.unpack_from("<I", sheets[index])[0])


def _iterate_records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        if kind == END_OF_SHEET:
            return
        yield kind, stream[position + 4 : position + 4 + size]
        position += 4 + size


def _read_workbook_stream(data: bytes) -> bytes:
    """Return the stream with the records. Raises ValueError when there is none."""
    if not data.startswith(OLE_SIGNATURE):
        raise ValueError("no OLE compound file")
    sector_bytes = 1 << struct.unpack_from("<H", data, 30)[0]
    table = _read_sector_table(data, sector_bytes)
    directory = _read_chain(
        data, table, struct.unpack_from("<I", data, 48)[0], sector_bytes, sector_bytes
    )
    small_stream = b""
    for position in range(0, len(directory), DIRECTORY_ENTRY_BYTES):
        entry = directory[position : position + DIRECTORY_ENTRY_BYTES]
        name_bytes = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(name_bytes - 2, 0)].decode("utf-16-le", "replace")
        first, size = struct.unpack_from("<II", entry, 116)
        if entry[66] == ROOT_ENTRY_TYPE:
            small_stream = _read_chain(data, table, first, sector_bytes, sector_bytes)
        elif name in STREAM_NAMES and size < SMALL_STREAM_BYTES:
            small_first = struct.unpack_from("<I", data, 60)[0]
            packed = _read_chain(data, table, small_first, sector_bytes, sector_bytes)
            small_table = _unpack_numbers(packed)
            return _read_chain(small_stream, small_table, first, SMALL_SECTOR_BYTES, 0)[:size]
        elif name in STREAM_NAMES:
            return _read_chain(data, table, first, sector_bytes, sector_bytes)[:size]
    raise ValueError("no workbook")


def _read_sector_table(data: bytes, sector_bytes: int) -> list[int]:
    """Return for each sector the number of the one that follows it."""
    sectors = list(struct.unpack_from("<109I", data, 76))
    next_list = struct.unpack_from("<I", data, 68)[0]
    for _ in range(len(data) // sector_bytes):
        if next_list > LAST_SECTOR_NUMBER:
            break
        numbers = _unpack_numbers(_read_sector(data, next_list, sector_bytes, sector_bytes))
        sectors += numbers[:-1]
        next_list = numbers[-1]
    table: list[int] = []
    for sector in sectors:
        if sector <= LAST_SECTOR_NUMBER:
            table += _unpack_numbers(_read_sector(data, sector, sector_bytes, sector_bytes))
    return table


def _read_chain(
    data: bytes,
    table: list[int],
    first: int,
    size: int,
    offset: int,
) -> bytes:
    """Return the sectors that follow each other from `first`; a loop ends after all of them."""
    pieces: list[bytes] = []
    sector = first
    while sector <= LAST_SECTOR_NUMBER and len(pieces) <= len(table):
        pieces.append(_read_sector(data, sector, size, offset))
        sector = table[sector]
    return b"".join(pieces)


def _read_sector(
    data: bytes,
    number: int,
    size: int,
    offset: int,
) -> bytes:
    start = offset + number * size
    return data[start : start + size]


def _unpack_numbers(sector: bytes) -> list[int]:
    count = len(sector) // 4
    return list(struct.unpack(f"<{count}I", sector[: count * 4]))
