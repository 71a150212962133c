"""Workbooks (.xlsx): the rows of their first sheet that has any, a slice after the other.

A slice begins where the one before ended: the rows before it are passed over as bytes, without being read again.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import iterparse
from zlib import error as BadDeflate

from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.worksheet._reader import WorkSheetParser  # the one part of openpyxl that reads from a stream we choose

LAST_EXCEL_ROW = 1_048_576
UNPACKED_LIMIT = 100 * 1024 * 1024  # 100,000 rows of five columns are about 30 MB of XML; a zip bomb is more
MOST_MEMBERS = 2000
AT_ONCE = 200  # rows between two looks at the clock
ROW_BEGINS = re.compile(rb"<(?:\w+:)?row[\s>/]")
ROW_ENDS = re.compile(rb"</(?:\w+:)?row>|<(?:\w+:)?row(?:\s[^>]*)?/>")
# What is raised for a workbook that is broken, cut short, encrypted or not one.
BROKEN = (
    ArithmeticError, AssertionError, AttributeError, BadDeflate, EOFError, LookupError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, zipfile.BadZipFile,
)  # fmt: skip


class BadWorkbook(ValueError):
    """It cannot be read; the message says why, as a sentence."""


@dataclass(frozen=True)
class Mark:
    """How far a workbook has been read: in which of its sheets, how many of its rows, and the number of the last."""

    sheet: int = 0
    rows: int = 0
    line: int = 0


@dataclass
class Slice:
    """Some rows, each as (line, cells), where the next ones begin (None: that was all), and the texts of the workbook,
    which a next slice need not read again.
    """

    rows: list[tuple[int, list[str]]]
    mark: Mark | None
    strings: list[str] = field(repr=False)


def read_slice(data: bytes, mark: Mark, strings: list[str] | None, enough: Callable[[], bool]) -> Slice:
    """The rows from `mark` on, until `enough()` or the end; AT_ONCE of them at least. Raises BadWorkbook."""
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(data)) as archive:
            warnings.simplefilter("ignore")  # openpyxl warns of styles and rules that it leaves out
            _refuse_other_archives(archive)
            reader = _Reader(data, strings)
            reader.read()
            return _some(archive, reader, mark, enough)
    except BadWorkbook:
        raise
    except BROKEN as error:
        raise BadWorkbook("This workbook is damaged or has a password.") from error


def _some(archive: zipfile.ZipFile, reader: "_Reader", mark: Mark, enough: Callable[[], bool]) -> Slice:
    for number, sheet in enumerate(reader.wb.worksheets):
        if number < mark.sheet:
            continue
        here = mark if number == mark.sheet else Mark(number)
        rows: list[tuple[int, list[str]]] = []
        for line, cells in _rows(archive.read(sheet._worksheet_path), reader, here):
            here = Mark(number, here.rows + 1, line)
            if line > LAST_EXCEL_ROW:
                raise BadWorkbook("This workbook has rows that no workbook has.")
            rows.append((line, cells))
            if len(rows) % AT_ONCE == 0 and enough():
                return Slice(rows, here, reader.strings)
        if here.rows and (mark.rows or any(cells for _, cells in rows)):
            return Slice(rows, None, reader.strings)
    return Slice([], None, reader.strings)


def _rows(xml: bytes, reader: "_Reader", mark: Mark) -> Iterator[tuple[int, list[str]]]:
    book: Any = reader.wb
    parser = WorkSheetParser(
        io.BytesIO(_rest(xml, mark.rows)),
        reader.strings,
        data_only=True,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )
    parser.row_counter = mark.line
    for line, cells in parser.parse():
        yield line, _cells(cells)


def _rest(xml: bytes, rows: int) -> bytes:
    """A sheet without its first rows."""
    if not rows:
        return xml
    begin, ends = ROW_BEGINS.search(xml), ROW_ENDS.finditer(xml)
    last = next(islice(ends, rows - 1, None), None)
    if begin is None or last is None:
        raise BadWorkbook("This workbook is damaged or has a password.")
    return xml[: begin.start()] + xml[last.end() :]


def _cells(cells: Sequence[dict[str, Any]]) -> list[str]:
    """A row as text; what lies between its cells is empty."""
    row: list[str] = []
    for cell in cells:
        row += [""] * (cell["column"] - 1 - len(row))
        row.append(_text(cell["value"]))
    return row


class _Reader(ExcelReader):
    """openpyxl's, for which the texts of the workbook were read before or are read in a quicker way."""

    def __init__(self, data: bytes, strings: list[str] | None) -> None:
        super().__init__(io.BytesIO(data), read_only=True, data_only=True)
        self.strings = strings if strings is not None else []
        self.known = strings is not None

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None and not self.known:
            with self.archive.open(part.PartName[1:]) as source:
                self.strings += _strings(source)


def _strings(source: Any) -> Iterator[str]:
    """The texts that cells of a workbook share; of a formatted one its pieces, without how they are pronounced."""
    for _, node in iterparse(source):
        if node.tag.endswith("}si"):
            pieces = (each for child in node for each in ([child] if child.tag.endswith("}t") else _of_run(child)))
            yield "".join(piece.text or "" for piece in pieces).replace("x005F_", "")
            node.clear()


def _of_run(node: Any) -> Iterator[Any]:
    return (each for each in node if node.tag.endswith("}r") and each.tag.endswith("}t"))


def _refuse_other_archives(archive: zipfile.ZipFile) -> None:
    members = {member.filename: member.file_size for member in archive.infolist()}
    if "xl/workbook.xml" not in members:
        kind = archive.read("mimetype")[:100] if members.get("mimetype", 1000) < 1000 else b""
        open_document = b"opendocument.spreadsheet" in kind
        raise BadWorkbook(f"This is {'an OpenDocument table (.ods)' if open_document else 'a packed file'}.")
    if len(members) > MOST_MEMBERS or sum(members.values()) > UNPACKED_LIMIT:
        raise BadWorkbook("This workbook is too large when unpacked.")


def _text(value: object) -> str:
    """A cell's value as its owner reads it: whole numbers without a point, days without a time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).removesuffix(" 00:00:00") if isinstance(value, datetime) else str(value)
