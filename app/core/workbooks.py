"""Workbooks (.xlsx, .xls, .ods): parsed by a child process, returned as rows of text."""

import io
import json
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"

# 100,000 rows of five columns are about 30 MB of XML; a zip bomb is more.
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_ARCHIVE_FILES = 2000
# A workbook of 100,000 rows takes 1 s here. Twenty times that is not a list of people.
PARSER_TIMEOUT_SECONDS = 20
PARSER_PATH = Path(__file__).with_name("workbook_parser.py")

DAMAGED_MESSAGE = "This workbook is damaged or has a password."
TOO_LARGE_MESSAGE = "This workbook is too large when unpacked."
OLD_EXCEL_MESSAGE = "This is an old Excel file (.xls), or one with a password."
OPEN_DOCUMENT_MESSAGE = "This is an OpenDocument table (.ods)."
OTHER_ARCHIVE_MESSAGE = "This is a packed file."

# A parser may take 400 MB (see workbook_parser.py). Two at once would fill a box of 1 GB.
_PARSER_LOCK = threading.Lock()


@dataclass(frozen=True)
class ParsedWorkbook:
    """The rows (line, cells) of one sheet, blank rows left out, and what else the workbook has.

    `index` is that of the sheet in `sheets`, None when only hidden ones have cells. `shown` says
    of each sheet whether it is not hidden. Lines and `hidden_rows` are counted from 1,
    `hidden_columns` from 0.
    """

    rows: list[tuple[int, list[str]]]
    index: int | None
    sheets: list[str]
    shown: list[bool]
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]


class UnreadableWorkbook(ValueError):
    """It cannot be read; the message says why, as a sentence."""


def is_workbook(data: bytes) -> bool:
    """Whether these are the bytes of a workbook, or of another file in one of its containers."""
    return data.startswith((ZIP_SIGNATURE, OLE_SIGNATURE))


def read_workbook(data: bytes, sheet_index: int | None = None) -> ParsedWorkbook:
    """Return the rows of the sheet in front, or of another one. Raises UnreadableWorkbook.

    A hidden sheet is read only when it is asked for.
    """
    if data.startswith(OLE_SIGNATURE):
        return _run_parser(data, OLD_EXCEL_MESSAGE, sheet_index)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            message = _check_archive(archive)
    except (zipfile.BadZipFile, ValueError, LookupError, OSError, RuntimeError) as error:
        if isinstance(error, UnreadableWorkbook):
            raise
        raise UnreadableWorkbook(DAMAGED_MESSAGE) from error
    return _run_parser(data, message, sheet_index)


def _check_archive(archive: zipfile.ZipFile) -> str:
    """Return the sentence for a workbook of this kind that cannot be parsed.

    Raises UnreadableWorkbook for an archive that is no workbook or a zip bomb. It looks at the
    directory of the archive only: the parser checks that the sizes in it are true.
    """
    members = archive.infolist()
    sizes = {member.filename: member.file_size for member in members}
    if "xl/workbook.xml" in sizes:
        message = DAMAGED_MESSAGE
    elif _is_open_document(archive, sizes.get("mimetype", 0)):
        message = OPEN_DOCUMENT_MESSAGE
    else:
        raise UnreadableWorkbook(OTHER_ARCHIVE_MESSAGE)
    unpacked_bytes = sum(member.file_size for member in members)
    if len(members) > MAX_ARCHIVE_FILES or unpacked_bytes > MAX_UNPACKED_BYTES:
        raise UnreadableWorkbook(TOO_LARGE_MESSAGE)
    return message


def _is_open_document(archive: zipfile.ZipFile, mimetype_bytes: int) -> bool:
    if not 0 < mimetype_bytes < 1000:
        return False
    return b"opendocument.spreadsheet" in archive.read("mimetype")


def _run_parser(data: bytes, damaged_message: str, sheet_index: int | None) -> ParsedWorkbook:
    """Parse a workbook in a child process, one at a time. Raises UnreadableWorkbook.

    The library allocates every cell between the first and the last one. A file of 5 kB with one
    value in the last cell of a sheet makes it ask for 400 GB and abort its process, and the
    server must not die with it. The child gets no environment: it needs no secrets.
    """
    command = [sys.executable, "-I", str(PARSER_PATH)]
    if sheet_index is not None:
        command.append(str(sheet_index))
    try:
        with _PARSER_LOCK:
            child = subprocess.run(
                command,
                input=data,
                capture_output=True,
                env={},
                timeout=PARSER_TIMEOUT_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise UnreadableWorkbook(TOO_LARGE_MESSAGE) from error
    # A negative code is the signal that ended it: out of memory, or out of time.
    if child.returncode < 0:
        raise UnreadableWorkbook(TOO_LARGE_MESSAGE)
    if child.returncode != 0:
        raise UnreadableWorkbook(damaged_message)
    return _build_parsed_workbook(json.loads(child.stdout))


def _build_parsed_workbook(result: dict[str, Any]) -> ParsedWorkbook:
    return ParsedWorkbook(
        result["rows"],
        result["index"],
        result["sheets"],
        result["shown"],
        frozenset(result["hidden_rows"]),
        frozenset(result["hidden_columns"]),
    )
