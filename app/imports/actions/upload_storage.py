"""Uploaded files, stored beside the database until their import ends, for a day at most.

Beside each file lie its rows as JSON, so that a check that goes on does not parse the file again.
"""

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from app.core.db import NotFound
from app.core.delimited_text import SpreadsheetRow
from app.core.settings import current_settings

# A file, its rows, and what older releases stored of a workbook ("sheet", "book", "part0").
UPLOAD_NAME_PATTERN = re.compile(r"[0-9a-f]{32}(rows|sheet|book|part\d{1,6})?")
ROWS_SUFFIX = "rows"
# Rows in one line of the rows file: a check that goes on parses only the lines it needs.
ROWS_PER_LINE = 1_000


def store_upload(data: bytes) -> str:
    """Store a file that no other user of the machine can read, and return its random name."""
    name = secrets.token_hex(16)
    _write_upload_file(name, data)
    return name


def store_upload_rows(name: str, rows: Sequence[SpreadsheetRow]) -> None:
    """Store the rows of this file, in place of those it was read as before."""
    lines = []
    for start in range(0, len(rows), ROWS_PER_LINE):
        lines.append(json.dumps(rows[start : start + ROWS_PER_LINE]).encode() + b"\n")
    _write_upload_file(f"{name}{ROWS_SUFFIX}", b"".join(lines))


def _write_upload_file(name: str, data: bytes) -> None:
    """Write a file as a whole: a request that reads it meanwhile reads the one before."""
    temporary_path = _get_upload_folder() / secrets.token_hex(16)
    try:
        # O_EXCL and 0600: nobody else may have put a file there, or read this one.
        descriptor = os.open(temporary_path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "wb") as file:
            file.write(data)
        temporary_path.rename(_get_upload_folder() / name)
    finally:
        # It is gone already when the rename went well.
        temporary_path.unlink(missing_ok=True)


def read_upload(name: str | None) -> bytes:
    """Return the file of this name. Raises NotFound."""
    if name is None or not UPLOAD_NAME_PATTERN.fullmatch(name):
        raise NotFound
    try:
        return (_get_upload_folder() / name).read_bytes()
    except FileNotFoundError as error:
        raise NotFound from error


def iterate_upload_rows(name: str | None, start: int) -> Iterator[SpreadsheetRow]:
    """Return the rows of this file from the index `start`, headings included. Raises NotFound."""
    if name is None:
        raise NotFound
    first_line = start // ROWS_PER_LINE
    lines = read_upload(f"{name}{ROWS_SUFFIX}").splitlines()[first_line:]
    return islice(_parse_row_lines(lines), start % ROWS_PER_LINE, None)


def _parse_row_lines(lines: Sequence[bytes]) -> Iterator[SpreadsheetRow]:
    for json_line in lines:
        for line, cells in json.loads(json_line):
            yield SpreadsheetRow(line, cells)


def delete_upload(name: str | None) -> None:
    """Delete a file and what lies beside it. Idempotent."""
    if name is not None and UPLOAD_NAME_PATTERN.fullmatch(name):
        for path in _get_upload_folder().glob(f"{name}*"):
            path.unlink(missing_ok=True)


def delete_old_uploads(stored_before: datetime) -> None:
    """Delete the files stored before this moment, whatever the state of their imports."""
    for path in _get_upload_folder().iterdir():
        # Another worker may delete it at the same time.
        with contextlib.suppress(FileNotFoundError):
            is_upload = UPLOAD_NAME_PATTERN.fullmatch(path.name)
            if is_upload and path.stat().st_mtime < stored_before.timestamp():
                path.unlink()


def _get_upload_folder() -> Path:
    folder: Path = current_settings().database_path.parent / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
