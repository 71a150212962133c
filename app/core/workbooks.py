"""Workbooks (.xlsx): unpacked once, then the rows of their first sheet that has any are read, a
slice after the other.

A slice begins at the byte where the one before ended, so that each costs what its own rows
cost.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from mmap import mmap
from typing import Any, BinaryIO
from xml.parsers import expat
from zlib import error as BadDeflate

from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from openpyxl.worksheet._reader import (
    WorkSheetParser,
)  # the one part of openpyxl that reads from a stream we choose

LAST_EXCEL_ROW = 1_048_576
MAX_UNPACKED_BYTES = (
    100 * 1024 * 1024
)  # 100,000 rows of five columns are about 30 MB of XML; a zip bomb is more
MAX_ARCHIVE_FILES = 2000
ROWS_PER_CHECK = 200  # rows between two looks at the clock
COPY_CHUNK_BYTES = 1024 * 1024
PARSE_CHUNK_BYTES = (
    32 * 1024
)  # what is parsed beyond the end of a slice is parsed again in the next
ROW_START_PATTERN = re.compile(rb"<(?:\w+:)?row[\s>/]")
ROW_END_PATTERN = re.compile(rb"</(?:\w+:)?row>|<(?:\w+:)?row(?:\s[^>]*)?/>")
CELL_VALUE_PATTERN = re.compile(rb"<(?:\w+:)?(?:v|is)[\s>]")
MAX_TAG_BYTES = 64
# What is raised for a workbook that is broken, cut short, encrypted or not one.
PARSE_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, BadDeflate, EOFError, LookupError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, expat.ExpatError, zipfile.BadZipFile,
)  # fmt: skip
DAMAGED_MESSAGE = "This workbook is damaged or has a password."


class UnreadableWorkbook(ValueError):
    """It cannot be read; the message says why, as a sentence."""


@dataclass(frozen=True)
class WorkbookMetadata:
    """What the cells of a workbook speak of: the texts they share, which of their styles are
    days and which durations, and whether days are counted from 1904.
    """

    texts: list[str] = field(repr=False)
    days: list[int]
    durations: list[int]
    from_1904: bool


@dataclass(frozen=True)
class SheetPosition:
    """How far a sheet has been read: up to which of its bytes, and the number of the last row."""

    byte_offset: int = 0
    line: int = 0


@dataclass(frozen=True)
class SheetSlice:
    """Some rows, each as (line, cells), and where the next ones begin (None: that was all)."""

    rows: list[tuple[int, list[str]]]
    mark: SheetPosition | None


def unpack_first_sheet(data: bytes, sheet: BinaryIO) -> WorkbookMetadata:
    """Write the XML of the first sheet that holds anything into `sheet`; nothing when none does.

    Raises BadWorkbook.
    """
    with _translate_parse_errors(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        _reject_other_archives(archive)
        reader = _WorkbookReader(io.BytesIO(data), read_only=True, data_only=True)
        reader.read()
        for path in reader.sheet_paths:
            if _copy_sheet_xml(archive, path, sheet):
                break
        book: Any = reader.wb
        days, durations = sorted(book._date_formats), sorted(book._timedelta_formats)
        return WorkbookMetadata(reader.shared_strings, days, durations, book.epoch == MAC_EPOCH)


def read_sheet_slice(
    book: WorkbookMetadata,
    sheet: bytes | mmap,
    mark: SheetPosition,
    enough: Callable[[], bool],
) -> SheetSlice:
    """The rows from `mark` on, until `enough()` or the end; AT_ONCE of them at least.

    Raises BadWorkbook.
    """
    rows: list[tuple[int, list[str]]] = []
    if not sheet:
        return SheetSlice(rows, None)
    with _translate_parse_errors():
        ends = ROW_END_PATTERN.finditer(sheet, mark.byte_offset)
        for line, cells in _parse_sheet_rows(book, sheet, mark):
            if line > LAST_EXCEL_ROW:
                raise UnreadableWorkbook("This workbook has rows that no workbook has.")
            rows.append((line, cells))
            end = next(ends, None)
            if len(rows) % ROWS_PER_CHECK == 0 and enough():
                if end is None:
                    raise UnreadableWorkbook(DAMAGED_MESSAGE)
                return SheetSlice(rows, SheetPosition(end.end(), line))
    return SheetSlice(rows, None)


@contextmanager
def _translate_parse_errors() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and rules that it leaves out
            yield
    except UnreadableWorkbook:
        raise
    except PARSE_ERRORS as error:
        raise UnreadableWorkbook(DAMAGED_MESSAGE) from error


def _copy_sheet_xml(archive: zipfile.ZipFile, path: str, sheet: BinaryIO) -> bool:
    """Write a sheet in place of another; whether any of its cells holds a value.

    If none does, it is not kept.
    """
    found, tail = False, b""
    with archive.open(path) as source:
        while piece := source.read(COPY_CHUNK_BYTES):
            found = found or CELL_VALUE_PATTERN.search(tail + piece) is not None
            tail = piece[-MAX_TAG_BYTES:]
            sheet.write(piece)
    if not found:
        sheet.seek(0)
        sheet.truncate()
    return found


def _parse_sheet_rows(
    book: WorkbookMetadata, sheet: bytes | mmap, mark: SheetPosition
) -> Iterator[tuple[int, list[str]]]:
    parser = WorkSheetParser(
        _SheetStream(sheet, mark.byte_offset),
        book.texts,
        data_only=True,
        epoch=MAC_EPOCH if book.from_1904 else WINDOWS_EPOCH,
        date_formats=set(book.days),
        timedelta_formats=set(book.durations),
    )
    parser.row_counter = mark.line
    for line, cells in parser.parse():
        yield line, _build_row_cells(cells)


class _SheetStream:
    """A sheet without its rows before this byte, piece by piece."""

    def __init__(self, sheet: bytes | mmap, at: int) -> None:
        begin = ROW_START_PATTERN.search(sheet) if at else None
        starts = range(at, len(sheet), PARSE_CHUNK_BYTES)
        self.chunks = chain(
            [sheet[: begin.start()] if begin else b""],
            (sheet[one : one + PARSE_CHUNK_BYTES] for one in starts),
        )

    def read(self, _: int = -1) -> bytes:
        return next(filter(None, self.chunks), b"")


def _build_row_cells(cells: Sequence[dict[str, Any]]) -> list[str]:
    """A row as text; what lies between its cells is empty."""
    row: list[str] = []
    for cell in cells:
        row += [""] * (cell["column"] - 1 - len(row))
        row.append(_format_cell_value(cell["value"]))
    return row


class _WorkbookReader(ExcelReader):
    """openpyxl's, but of its sheets only where they are, and their texts in a quicker way."""

    sheet_paths: list[str]

    def read(self) -> None:
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        every = ((rel.target, rel.Type) for _, rel in self.parser.find_sheets())
        self.sheet_paths = [
            path for path, kind in every if path in self.valid_files and "chartsheet" not in kind
        ]

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = read_shared_strings(source)


def read_shared_strings(source: Any) -> list[str]:
    """The texts that cells of a workbook share; of a formatted one its pieces, without how they
    are pronounced.
    """
    found, pieces, spoken = list[str](), list[str](), False
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def begin(tag: str, _: Any) -> None:
        nonlocal spoken
        name = tag.rpartition("}")[2]
        spoken = spoken or name == "rPh"
        if name == "t" and not spoken:
            parser.CharacterDataHandler = pieces.append

    def end(tag: str) -> None:
        nonlocal spoken
        name = tag.rpartition("}")[2]
        spoken = spoken and name != "rPh"
        parser.CharacterDataHandler = None
        if name == "si":
            found.append("".join(pieces).replace("x005F_", ""))
            pieces.clear()

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.ParseFile(source)
    return found


def _reject_other_archives(archive: zipfile.ZipFile) -> None:
    members = {member.filename: member.file_size for member in archive.infolist()}
    if "xl/workbook.xml" not in members:
        kind = archive.read("mimetype")[:100] if members.get("mimetype", 1000) < 1000 else b""
        open_document = b"opendocument.spreadsheet" in kind
        raise UnreadableWorkbook(
            f"This is {'an OpenDocument table (.ods)' if open_document else 'a packed file'}."
        )
    if len(members) > MAX_ARCHIVE_FILES or sum(members.values()) > MAX_UNPACKED_BYTES:
        raise UnreadableWorkbook("This workbook is too large when unpacked.")


def _format_cell_value(value: object) -> str:
    """A cell's value as its owner reads it: whole numbers without a point, days without a time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).removesuffix(" 00:00:00") if isinstance(value, datetime) else str(value)
