"""Workbooks (.xlsx): unpacked once, then the rows of their first sheet that has any are read, a slice after the other.

A slice begins at the byte where the one before ended, so that each costs what its own rows cost.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import mmap
from typing import Any, BinaryIO
from xml.parsers import expat
from zlib import error as BadDeflate

from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import MAC_EPOCH

from app.kit.cells import Book, lines, strings

LAST_EXCEL_ROW = 1_048_576
UNPACKED_LIMIT = 100 * 1024 * 1024  # 100,000 rows of five columns are about 30 MB of XML; a zip bomb is more
MOST_MEMBERS = 2000
AT_ONCE = 200  # rows between two looks at the clock
PIECE = 1024 * 1024
MOUTHFUL = 32 * 1024  # what is parsed beyond the end of a slice is parsed again in the next
ROW_BEGINS = re.compile(rb"<(?:\w+:)?row[\s>/]")
ROW_ENDS = re.compile(rb"</(?:\w+:)?row>|<(?:\w+:)?row(?:\s[^>]*)?/>")
VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)[\s>]")
LONGEST_TAG = 64
# What is raised for a workbook that is broken, cut short, encrypted or not one.
BROKEN = (
    ArithmeticError, AssertionError, AttributeError, BadDeflate, EOFError, LookupError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, expat.ExpatError, zipfile.BadZipFile,
)  # fmt: skip
DAMAGED = "This workbook is damaged or has a password."


class BadWorkbook(ValueError):
    """It cannot be read; the message says why, as a sentence."""


@dataclass(frozen=True)
class Mark:
    """How far a sheet has been read: up to which of its bytes, and the number of the last row."""

    at: int = 0
    line: int = 0


@dataclass(frozen=True)
class Slice:
    """Some rows, each as (line, cells), and where the next ones begin (None: that was all)."""

    rows: list[tuple[int, list[str]]]
    mark: Mark | None


def unpack(data: bytes, sheet: BinaryIO) -> Book:
    """Write the XML of the first sheet that holds anything into `sheet`; nothing when none does. Raises BadWorkbook."""
    with _said_in_words(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        _refuse_other_archives(archive)
        reader = _Reader(io.BytesIO(data), read_only=True, data_only=True)
        reader.read()
        for path in reader.sheets:
            if _copy(archive, path, sheet):
                break
        book: Any = reader.wb
        days, durations = sorted(book._date_formats), sorted(book._timedelta_formats)
        return Book(reader.shared_strings, days, durations, book.epoch == MAC_EPOCH)


def read_slice(book: Book, sheet: bytes | mmap, mark: Mark, enough: Callable[[], bool]) -> Slice:
    """The rows from `mark` on, until `enough()` or the end; AT_ONCE of them at least. Raises BadWorkbook."""
    rows: list[tuple[int, list[str]]] = []
    if not sheet:
        return Slice(rows, None)
    with _said_in_words():
        ends = ROW_ENDS.finditer(sheet, mark.at)
        for line, cells in lines(_pieces(sheet, mark.at), book, mark.line):
            if line > LAST_EXCEL_ROW:
                raise BadWorkbook("This workbook has rows that no workbook has.")
            rows.append((line, cells))
            end = next(ends, None)
            if len(rows) % AT_ONCE == 0 and enough():
                if end is None:
                    raise BadWorkbook(DAMAGED)
                return Slice(rows, Mark(end.end(), line))
    return Slice(rows, None)


@contextmanager
def _said_in_words() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and rules that it leaves out
            yield
    except BadWorkbook:
        raise
    except BROKEN as error:
        raise BadWorkbook(DAMAGED) from error


def _copy(archive: zipfile.ZipFile, path: str, sheet: BinaryIO) -> bool:
    """Write a sheet in place of another; whether any of its cells holds a value. If none does, it is not kept."""
    found, tail = False, b""
    with archive.open(path) as source:
        while piece := source.read(PIECE):
            found = found or VALUE.search(tail + piece) is not None
            tail = piece[-LONGEST_TAG:]
            sheet.write(piece)
    if not found:
        sheet.seek(0)
        sheet.truncate()
    return found


def _pieces(sheet: bytes | mmap, at: int) -> Iterator[bytes]:
    """A sheet without its rows before this byte, piece by piece."""
    if at and (begin := ROW_BEGINS.search(sheet)):
        yield sheet[: begin.start()]
    for start in range(at, len(sheet), MOUTHFUL):
        yield sheet[start : start + MOUTHFUL]


class _Reader(ExcelReader):
    """openpyxl's, but of its sheets only where they are, and their texts in a quicker way."""

    sheets: list[str]

    def read(self) -> None:
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        every = ((rel.target, rel.Type) for _, rel in self.parser.find_sheets())
        self.sheets = [path for path, kind in every if path in self.valid_files and "chartsheet" not in kind]

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = strings(source)


def _refuse_other_archives(archive: zipfile.ZipFile) -> None:
    members = {member.filename: member.file_size for member in archive.infolist()}
    if "xl/workbook.xml" not in members:
        kind = archive.read("mimetype")[:100] if members.get("mimetype", 1000) < 1000 else b""
        open_document = b"opendocument.spreadsheet" in kind
        raise BadWorkbook(f"This is {'an OpenDocument table (.ods)' if open_document else 'a packed file'}.")
    if len(members) > MOST_MEMBERS or sum(members.values()) > UNPACKED_LIMIT:
        raise BadWorkbook("This workbook is too large when unpacked.")
