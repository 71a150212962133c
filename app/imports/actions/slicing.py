"""A workbook becomes rows, a slice in each request: reading one takes longer than a person should look at nothing.

What was read so far lies beside the upload, so that a restart loses nothing.
"""

import json
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass

from app.imports.actions import uploads
from app.kit import sheets
from app.kit.sheets import Row
from app.kit.workbooks import Mark

SECONDS = 1.2  # of reading in one request; opening the workbook comes on top


@dataclass(frozen=True)
class Part:
    """What was read of a workbook so far: its rows, where the next begin (None: that was all), and its texts."""

    rows: list[Row]
    mark: Mark | None
    texts: list[str]


def read_part(data: bytes, before: Part | None = None, clock: Callable[[], float] = time.monotonic) -> Part:
    """The next rows of a workbook, about SECONDS long, after those of `before`. Raises BadSheet."""
    until = clock() + SECONDS
    rows, mark, texts = (before.rows, before.mark, before.texts) if before else ([], None, None)
    more, mark, texts = sheets.read_workbook(data, mark or Mark(), texts, lambda: clock() > until)
    rows = [*rows, *more]
    if len(rows) > sheets.MOST_ROWS + 1 or mark is None:
        rows = sheets.whole(rows)
    return Part(rows, mark, texts)


def keep_part(name: str, part: Part, *, is_first: bool) -> None:
    """Keep what was read so far of the file of this name; its texts stay the same from the first part on."""
    if is_first:
        uploads.keep_beside(name, "texts", json.dumps(part.texts).encode())
    uploads.keep_beside(name, "part", json.dumps([astuple(part.mark or Mark()), part.rows]).encode())


def kept_part(name: str | None) -> Part:
    """What was read so far. Raises uploads.Gone."""
    mark, rows = json.loads(uploads.fetch(name and f"{name}part"))
    texts = json.loads(uploads.fetch(f"{name}texts"))
    return Part([Row(line, cells) for line, cells in rows], Mark(*mark), texts)
