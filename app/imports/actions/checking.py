"""The check of a file, a slice of rows after the other: each request judges some, and stores
how far it came.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from app.core.csv_files import SpreadsheetRow
from app.core.db import raw_connection
from app.domain.spreadsheets import contact_rows
from app.domain.spreadsheets.contact_rows import ColumnMapping, ContactRow
from app.imports.actions import uploads
from app.imports.models import READABLE, Import, RowVerdict

KEPT_CELL = 1_000
AT_ONCE = 1_000  # rows between two looks at the clock
# of judging in one request; writing the slice down comes on top, about a third of that
SECONDS = 1.0
# line, name, phone, verdict, reason, cells: as the columns of import_rows hold them
Judged = tuple[int, str | None, str | None, str, str | None, str | None]


@dataclass(frozen=True)
class Rules:
    """What numbers are judged by: the country of those without a code, and those nobody may
    have, each with why.
    """

    region: str
    refused: Mapping[str, str]


@dataclass(frozen=True)
class Slice:
    """Judged rows, and where in the file they begin: how many rows were judged before them, by
    which layout.
    """

    start: int
    layout: str | None
    rows: list[Judged]


def next_slice(
    row: Import,
    columns: ColumnMapping,
    rules: Rules,
    clock: Callable[[], float] = time.monotonic,
) -> Slice:
    """Judge the next rows of a file, about SECONDS long. Reads only. Raises uploads.Gone."""
    rows = uploads.rows(row.stored_as, row.checked_rows + bool(columns.headings))
    until, judged = clock() + SECONDS, list[Judged]()
    seen = _first_lines(row.id) if row.checked_rows else {}
    headless = ColumnMapping(columns.kinds, ())
    while some := list(islice(rows, AT_ONCE)):
        judged += judge(some, headless, rules, seen)
        if clock() > until:
            break
    return Slice(row.checked_rows, row.columns, judged)


def _first_lines(import_id: int) -> dict[str, int]:
    """The numbers that were read before, each with its line."""
    wanted = ", ".join(f"'{verdict.value}'" for verdict in READABLE)
    lines = f"SELECT phone, line FROM import_rows WHERE import_id = ? AND verdict IN ({wanted})"
    return dict(
        raw_connection().execute(lines, (import_id,)).fetchall()
    )  # a sixth of the time of select()


def judge(
    rows: Iterable[SpreadsheetRow],
    columns: ColumnMapping,
    rules: Rules,
    seen: dict[str, int],
) -> list[Judged]:
    """Rows without headings as import_rows keeps them.

    `seen` are the numbers before them, and grows.
    """
    rows = list(rows)
    people = contact_rows.read_contact_rows(
        rows, columns, rules.region, rules.refused, seen
    )
    return [_judged(person, row) for person, row in zip(people, rows, strict=True)]


def _judged(person: ContactRow, row: SpreadsheetRow) -> Judged:
    if person.problem:
        return (
            person.line,
            person.name,
            None,
            RowVerdict.BAD.value,
            person.problem,
            _kept(row.cells),
        )
    if person.repeats:
        said = f"Same number as line {person.repeats:,}."
        return (
            person.line,
            person.name,
            person.phone,
            RowVerdict.REPEATED.value,
            said,
            None,
        )
    return person.line, person.name, person.phone, RowVerdict.NEW.value, None, None


def _kept(cells: Iterable[str]) -> str:
    """Bad rows can be downloaded with what is wrong with them; no cell is worth more than
    KEPT_CELL characters.
    """
    kept = [
        cell[:KEPT_CELL].replace("\0", "\N{REPLACEMENT CHARACTER}") for cell in cells
    ]
    return json.dumps(kept, ensure_ascii=False)
