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

from flask import current_app

from app.core.csv_files import SpreadsheetRow

# all its rows; of a workbook its sheet, what its cells speak of, and its rows as they were
# read, slice by slice
NAME = re.compile(r"[0-9a-f]{32}(rows|sheet|book|part\d{1,6})?")
ROWS_A_LINE = 1_000


class Gone(Exception):
    """The file is not kept any longer."""


def keep(data: bytes) -> str:
    """Keep a file, readable by nobody else; gives the random name to fetch it by."""
    name = secrets.token_hex(16)
    _write(name, data)
    return name


def keep_rows(name: str, rows: Sequence[SpreadsheetRow]) -> None:
    """Keep the rows of this file, in place of those it was read as before."""
    some = (
        rows[start : start + ROWS_A_LINE] for start in range(0, len(rows), ROWS_A_LINE)
    )
    keep_beside(
        name, "rows", b"".join(json.dumps(each).encode() + b"\n" for each in some)
    )


def keep_beside(name: str, what: str, data: bytes) -> None:
    """Keep something (see NAME) that belongs to this file."""
    _write(f"{name}{what}", data)


def keep_once(name: str, what: str, data: bytes) -> None:
    """The same, but what somebody kept there meanwhile stays."""
    with _fresh() as (file, fresh):
        file.write(data)
        file.flush()
        with contextlib.suppress(FileExistsError):
            (_folder() / f"{name}{what}").hardlink_to(fresh)


@contextlib.contextmanager
def beside(name: str, what: str) -> Iterator[BinaryIO]:
    """A file to write something into that belongs to this file; it is there when all of it is
    written.
    """
    with _fresh() as (file, fresh):
        yield file
        file.flush()
        fresh.rename(_folder() / f"{name}{what}")


def _write(name: str, data: bytes) -> None:
    """All of it or nothing: who reads meanwhile reads what was there before."""
    with beside(name, "") as file:
        file.write(data)


@contextlib.contextmanager
def _fresh() -> Iterator[tuple[BinaryIO, Path]]:
    """A file that nobody else can read, gone afterwards unless it was moved."""
    fresh = _folder() / secrets.token_hex(16)
    try:
        with open(
            os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b"
        ) as file:
            yield file, fresh
    finally:
        fresh.unlink(missing_ok=True)


def fetch(name: str | None) -> bytes:
    """The file of this name. Raises Gone."""
    with _opened(name) as file:
        return file.read()


def mapped(name: str | None) -> bytes | mmap:
    """The same, of which only what is looked at is read. Raises Gone."""
    with _opened(name) as file:
        return (
            mmap(file.fileno(), 0, access=ACCESS_READ)
            if os.fstat(file.fileno()).st_size
            else b""
        )


def count_parts(name: str) -> int:
    """How many slices of this workbook are kept."""
    return next(
        number for number in count() if not (_folder() / f"{name}part{number}").exists()
    )


def _opened(name: str | None) -> BinaryIO:
    if name is None or not NAME.fullmatch(name):
        raise Gone
    try:
        return (_folder() / name).open("rb")
    except FileNotFoundError as error:
        raise Gone from error


def rows(name: str | None, start: int) -> Iterator[SpreadsheetRow]:
    """The rows of this file from the `start`-th on, headings included. Raises Gone, at once."""
    lines = fetch(name and f"{name}rows").splitlines()[start // ROWS_A_LINE :]
    every = (
        SpreadsheetRow(line, cells)
        for some in lines
        for line, cells in json.loads(some)
    )
    return islice(every, start % ROWS_A_LINE, None)


def drop(name: str | None) -> None:
    """Delete the file and what lies beside it; once more does no harm."""
    if name is not None and NAME.fullmatch(name):
        for path in _folder().glob(f"{name}*"):
            path.unlink(missing_ok=True)


def sweep(before: datetime) -> None:
    """Delete the files that were kept before this moment, whatever became of their imports."""
    for path in _folder().iterdir():
        with contextlib.suppress(FileNotFoundError):  # another worker sweeps too
            if NAME.fullmatch(path.name) and path.stat().st_mtime < before.timestamp():
                path.unlink()


def _folder() -> Path:
    folder: Path = current_app.extensions["settings"].database_path.parent / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
