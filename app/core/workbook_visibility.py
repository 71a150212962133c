"""What a workbook (.xlsx, .ods) hides: which sheet is in front, hidden rows and columns.

The library that reads the cells does not tell. It runs in the child process of
workbook_parser.py, imports nothing of the app, and looks at each byte once with patterns: no XML
parser builds a tree or expands an entity.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

CHUNK_BYTES = 1024 * 1024
DOCTYPE = b"<!doctype"
# Everything but sheets and texts: styles of 5,000 cells are 1 MB.
MAX_OTHER_MEMBER_BYTES = 8 * 1024 * 1024
# Members with the cells; pictures (media) are never unpacked by the library.
LARGE_MEMBER_PATTERN = re.compile(
    r"xl/worksheets/|xl/sharedStrings|content\.xml$|.*/media/|Pictures/|.*\.bin$|.*\.vml$",
    re.IGNORECASE,
)
# As many cells as a row of Excel has.
MAX_ROW_CELLS = 16_384
MIN_CELL_BYTES = 4
ROW_TAG_PATTERN = re.compile(rb"<(?:\w+:)?row\b([^<>]*)>")
COLUMN_TAG_PATTERN = re.compile(rb"<(?:\w+:)?col\b([^<>]*)>")
CELL_TAG_PATTERN = re.compile(rb"<(?:\w+:)?c[ />]")
ATTRIBUTE_PATTERN = re.compile(rb"(?:^|\s)([\w:-]+)\s*=\s*[\"']([^\"']*)[\"']")
TRUE_VALUES = (b"1", b"true")
# The first columns are enough: a list of people has no more.
MAX_COLUMNS = 201

SHEET_TAG_PATTERN = re.compile(rb"<(?:\w+:)?sheet\b([^<>]*)>")
VIEW_TAG_PATTERN = re.compile(rb"<(?:\w+:)?workbookView\b([^<>]*)>")
RELATIONSHIP_TAG_PATTERN = re.compile(rb"<(?:\w+:)?Relationship\b([^<>]*)>")

TABLE_TAG_PATTERN = re.compile(rb"<table:table\b([^<>]*)>")
TABLE_ROW_TAG_PATTERN = re.compile(rb"<table:table-row\b([^<>]*)>")
ACTIVE_TABLE_PATTERN = re.compile(rb"config:name=\"ActiveTable\"[^<>]*>([^<>]*)<")
HIDDEN_ROW_VALUES = (b"collapse", b"filter")
MAX_LINE = 1_048_576


class UnsafeWorkbook(ValueError):
    """The archive declares XML entities, or one of its parts is larger than any list needs."""


@dataclass
class HiddenParts:
    """The hidden rows of a sheet, counted from 1, and its hidden columns, counted from 0."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


def reject_unsafe_archive(data: bytes) -> None:
    """Unpack every file once. Raises UnsafeWorkbook, and BadZipFile for a false size.

    zipfile stops at the size of the directory and then compares the checksum.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            is_large_member = LARGE_MEMBER_PATTERN.match(member.filename) is not None
            if not is_large_member and member.file_size > MAX_OTHER_MEMBER_BYTES:
                raise UnsafeWorkbook(member.filename)
            for chunk in _iterate_chunks(archive, member.filename, len(DOCTYPE)):
                if DOCTYPE in chunk.lower():
                    raise UnsafeWorkbook(member.filename)


def _iterate_chunks(archive: zipfile.ZipFile, name: str, overlap: int) -> Iterator[bytes]:
    """Yield a member in pieces, each with the end of the one before: a tag may begin there."""
    tail = b""
    with archive.open(name) as file:
        while chunk := file.read(CHUNK_BYTES):
            yield tail + chunk
            tail = chunk[-overlap:]


def find_active_sheet(data: bytes, names: list[str]) -> str:
    """Return the name of the sheet that is in front when the workbook is opened, or ""."""
    if not data.startswith(b"PK"):
        return ""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "xl/workbook.xml" in archive.namelist():
            return _find_active_excel_sheet(archive.read("xl/workbook.xml"), names)
        if "settings.xml" in archive.namelist():
            match = ACTIVE_TABLE_PATTERN.search(archive.read("settings.xml"))
            return html.unescape(match[1].decode("utf-8", "replace")) if match else ""
    return ""


def _find_active_excel_sheet(workbook_xml: bytes, names: list[str]) -> str:
    view = VIEW_TAG_PATTERN.search(workbook_xml)
    if view is None:
        return names[0] if names else ""
    index = _parse_number(_read_attributes(view[1]).get(b"activeTab", b"0"), 0)
    return names[index] if index < len(names) else ""


def find_hidden_parts(data: bytes, index: int, name: str) -> HiddenParts:
    """Return what the sheet of this index and name hides; an .xls is not for this module."""
    if not data.startswith(b"PK"):
        return HiddenParts()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "xl/workbook.xml" in archive.namelist():
            member = _find_sheet_member(archive, index)
            return _scan_excel_sheet(archive, member) if member else HiddenParts()
        if "content.xml" in archive.namelist():
            return _scan_open_document_table(archive, name)
    return HiddenParts()


def _find_sheet_member(archive: zipfile.ZipFile, index: int) -> str:
    """Return the path of a sheet's XML in the archive, or ""."""
    tags = SHEET_TAG_PATTERN.findall(archive.read("xl/workbook.xml"))
    members = archive.namelist()
    if index >= len(tags) or "xl/_rels/workbook.xml.rels" not in members:
        return ""
    relation_id = b""
    for name, value in ATTRIBUTE_PATTERN.findall(tags[index]):
        if name.endswith(b":id"):
            relation_id = value
    for tag in RELATIONSHIP_TAG_PATTERN.findall(archive.read("xl/_rels/workbook.xml.rels")):
        attributes = _read_attributes(tag)
        if attributes.get(b"Id") == relation_id:
            target = attributes.get(b"Target", b"").decode("utf-8", "replace").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            return path if path in members else ""
    return ""


def _scan_excel_sheet(archive: zipfile.ZipFile, member: str) -> HiddenParts:
    """Look for hidden rows and columns. Raises UnsafeWorkbook for a row of too many cells."""
    hidden = HiddenParts()
    line = 0
    cells_since_row = 0
    with archive.open(member) as file:
        rest = b""
        while chunk := file.read(CHUNK_BYTES):
            # What follows the last ">" may be half a tag.
            piece, _, rest_of_chunk = (rest + chunk).rpartition(b">")
            piece += b">"
            rest = rest_of_chunk
            if len(rest) > CHUNK_BYTES:
                rest = rest[-CHUNK_BYTES:]
            if line == 0:
                _add_hidden_columns(hidden, piece)
            line, cells_since_row = _scan_rows(piece, line, cells_since_row, hidden)
    return hidden


def _scan_rows(
    piece: bytes, line: int, cells_since_row: int, hidden: HiddenParts
) -> tuple[int, int]:
    """Add the hidden rows of a piece. Returns the last line and how many cells it has by now."""
    position = 0
    for match in ROW_TAG_PATTERN.finditer(piece):
        cells_since_row += _count_cells(piece, position, match.start())
        _reject_wide_row(cells_since_row)
        cells_since_row = 0
        position = match.end()
        line += 1
        if b"=" in match[1]:
            attributes = _read_attributes(match[1])
            line = _parse_number(attributes.get(b"r", b""), line)
            if attributes.get(b"hidden") in TRUE_VALUES:
                hidden.rows.add(line)
    cells_since_row += _count_cells(piece, position, len(piece))
    _reject_wide_row(cells_since_row)
    return line, cells_since_row


def _count_cells(piece: bytes, start: int, end: int) -> int:
    # Only rows that are long enough are counted: most have a handful of cells.
    if end - start < MAX_ROW_CELLS * MIN_CELL_BYTES // 2:
        return 0
    return sum(1 for _ in CELL_TAG_PATTERN.finditer(piece, start, end))


def _reject_wide_row(cell_count: int) -> None:
    if cell_count > MAX_ROW_CELLS:
        raise UnsafeWorkbook


def _add_hidden_columns(hidden: HiddenParts, piece: bytes) -> None:
    for attributes_xml in COLUMN_TAG_PATTERN.findall(piece[: CHUNK_BYTES // 4]):
        attributes = _read_attributes(attributes_xml)
        if attributes.get(b"hidden") in TRUE_VALUES:
            first = _parse_number(attributes.get(b"min", b""), 1)
            last = _parse_number(attributes.get(b"max", b""), first)
            hidden.columns.update(range(first - 1, min(last, MAX_COLUMNS)))


def _scan_open_document_table(archive: zipfile.ZipFile, name: str) -> HiddenParts:
    """Look for the hidden rows of a table; each tag of a row may stand for several."""
    content = archive.read("content.xml")
    hidden = HiddenParts()
    tables = list(TABLE_TAG_PATTERN.finditer(content))
    for number, match in enumerate(tables):
        attributes = _read_attributes(match[1])
        table_name = attributes.get(b"table:name", b"").decode("utf-8", "replace")
        if html.unescape(table_name) != name:
            continue
        end = tables[number + 1].start() if number + 1 < len(tables) else len(content)
        _add_hidden_table_rows(hidden, content, match.end(), end)
        break
    return hidden


def _add_hidden_table_rows(
    hidden: HiddenParts,
    content: bytes,
    start: int,
    end: int,
) -> None:
    line = 0
    for match in TABLE_ROW_TAG_PATTERN.finditer(content, start, end):
        attributes = _read_attributes(match[1])
        count = _parse_number(attributes.get(b"table:number-rows-repeated", b""), 1)
        if attributes.get(b"table:visibility") in HIDDEN_ROW_VALUES:
            hidden.rows.update(range(line + 1, min(line + count, MAX_LINE) + 1))
        line = min(line + count, MAX_LINE)


def _read_attributes(tag: bytes) -> dict[bytes, bytes]:
    return dict(ATTRIBUTE_PATTERN.findall(tag))


def _parse_number(text: bytes, default: int) -> int:
    return int(text) if text.isdigit() and len(text) <= 7 else default
