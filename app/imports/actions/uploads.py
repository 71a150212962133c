"""The uploaded files, kept beside the database until their import ends, a day at most."""

import contextlib
import os
import re
import secrets
from datetime import datetime
from pathlib import Path

from flask import current_app

NAME = re.compile(r"[0-9a-f]{32}")


class Gone(Exception):
    """The file is not kept any longer."""


def keep(data: bytes) -> str:
    """Keep a file, readable by nobody else; gives the random name to fetch it by."""
    name = secrets.token_hex(16)
    with open(os.open(_folder() / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
    return name


def fetch(name: str | None) -> bytes:
    """The file of this name. Raises Gone."""
    if name is None or not NAME.fullmatch(name):
        raise Gone
    try:
        return (_folder() / name).read_bytes()
    except FileNotFoundError as error:
        raise Gone from error


def drop(name: str | None) -> None:
    """Delete the file; once more does no harm."""
    if name is not None and NAME.fullmatch(name):
        (_folder() / name).unlink(missing_ok=True)


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
