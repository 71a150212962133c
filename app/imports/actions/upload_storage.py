"""The uploaded files, kept beside the database until their import ends, a day at most.

Beside each lies what was read of it: its rows, so that a check that goes on need not read the
file again.
"""

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count, islice
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

from app.core.csv_files import SpreadsheetRow
from app.core.db import NotFound
from app.core.settings import current_settings

# all its rows; of a workbook its sheet, what its cells speak of, and its rows as they were
# read, slice by slice
UPLOAD_NAME_PATTERN = re.compile(r"[0-9a-f]{32}(rows|sheet|book|part\d{1,6})?")
ROWS_PER_LINE = 1_000


def store_upload(data: bytes) -> str:
    """Keep a file, readable by nobody else; gives the random name to fetch it by."""
    name = secrets.token_hex(16)
    _write_upload_file(name, data)
    return name


def store_upload_rows(name: str, rows: Sequence[SpreadsheetRow]) -> None:
    """Keep the rows of this file, in place of those it was read as before."""
    some = (rows[start : start + ROWS_PER_LINE] for start in range(0, len(rows), ROWS_PER_LINE))
    store_sidecar_file(name, "rows", b"".join(json.dumps(each).encode() + b"\n" for each in some))


def store_sidecar_file(name: str, what: str, data: bytes) -> None:
    """Keep something (see NAME) that belongs to this file."""
    _write_upload_file(f"{name}{what}", data)


def store_sidecar_file_once(name: str, what: str, data: bytes) -> None:
    """The same, but what somebody kept there meanwhile stays."""
    with _open_temporary_file() as (file, fresh):
        file.write(data)
        file.flush()
        with contextlib.suppress(FileExistsError):
            (_get_upload_folder() / f"{name}{what}").hardlink_to(fresh)


@contextlib.contextmanager
def open_sidecar_for_writing(name: str, what: str) -> Iterator[BinaryIO]:
    """A file to write something into that belongs to this file; it is there when all of it is
    written.
    """
    with _open_temporary_file() as (file, fresh):
        yield file
        file.flush()
        fresh.rename(_get_upload_folder() / f"{name}{what}")


def _write_upload_file(name: str, data: bytes) -> None:
    """All of it or nothing: who reads meanwhile reads what was there before."""
    with open_sidecar_for_writing(name, "") as file:
        file.write(data)


@contextlib.contextmanager
def _open_temporary_file() -> Iterator[tuple[BinaryIO, Path]]:
    """A file that nobody else can read, gone afterwards unless it was moved."""
    fresh = _get_upload_folder() / secrets.token_hex(16)
    try:
        with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            yield file, fresh
    finally:
        fresh.unlink(missing_ok=True)


def read_upload(name: str | None) -> bytes:
    """The file of this name. Raises Gone."""
    with _open_upload(name) as file:
        return file.read()


def map_upload_to_memory(name: str | None) -> bytes | mmap:
    """The same, of which only what is looked at is read. Raises Gone."""
    with _open_upload(name) as file:
        return (
            mmap(file.fileno(), 0, access=ACCESS_READ) if os.fstat(file.fileno()).st_size else b""
        )


def count_workbook_slices(name: str) -> int:
    """How many slices of this workbook are kept."""
    return next(
        number for number in count() if not (_get_upload_folder() / f"{name}part{number}").exists()
    )


def _open_upload(name: str | None) -> BinaryIO:
    if name is None or not UPLOAD_NAME_PATTERN.fullmatch(name):
        raise NotFound
    try:
        return (_get_upload_folder() / name).open("rb")
    except FileNotFoundError as error:
        raise NotFound from error


def iterate_upload_rows(name: str | None, start: int) -> Iterator[SpreadsheetRow]:
    """The rows of this file from the `start`-th on, headings included. Raises Gone, at once."""
    lines = read_upload(name and f"{name}rows").splitlines()[start // ROWS_PER_LINE :]
    every = (SpreadsheetRow(line, cells) for some in lines for line, cells in json.loads(some))
    return islice(every, start % ROWS_PER_LINE, None)


def delete_upload(name: str | None) -> None:
    """Delete the file and what lies beside it; once more does no harm."""
    if name is not None and UPLOAD_NAME_PATTERN.fullmatch(name):
        for path in _get_upload_folder().glob(f"{name}*"):
            path.unlink(missing_ok=True)


def delete_old_uploads(before: datetime) -> None:
    """Delete the files that were kept before this moment, whatever became of their imports."""
    for path in _get_upload_folder().iterdir():
        with contextlib.suppress(FileNotFoundError):  # another worker sweeps too
            if (
                UPLOAD_NAME_PATTERN.fullmatch(path.name)
                and path.stat().st_mtime < before.timestamp()
            ):
                path.unlink()


def _get_upload_folder() -> Path:
    folder: Path = current_settings().database_path.parent / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
