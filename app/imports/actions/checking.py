"""A file becomes people and problems. Nothing is written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain import roster
from app.domain.mapping import NO_PEOPLE
from app.domain.roster import BadRoster, Columns, Person
from app.imports.models import RowVerdict
from app.kit import sheets
from app.kit.sheets import BadSheet, Sheet

UNREADABLE = (BadSheet, BadRoster)
SAMPLE_ROWS, SAMPLE_CELL, KEPT_CELL = 5, 80, 1_000


@dataclass(frozen=True)
class Choice:
    """How a person wants the file to be read, after looking at our guess."""

    kinds: Sequence[str]
    has_headings: bool
    encoding: str = ""


@dataclass(frozen=True)
class Checked:
    """What a file holds: `rows` are ready for import_rows, `layout` says how it was read (JSON)."""

    encoding: str
    layout: str
    rows: list[dict[str, Any]]


def check(data: bytes, region: str, refused: Mapping[str, str], choice: Choice | None = None) -> Checked:
    """Read a file as people. Raises one of UNREADABLE, whose `.sentence` says why not.

    `region` is the country of numbers without a country code; `refused` are numbers that nobody may have, with the
    sentence why. 10,000 rows take half a second.
    """
    sheet = sheets.read(data, choice.encoding if choice else "")
    cells = [row.cells for row in sheet.rows]
    columns = roster.choose(choice.kinds, cells[0], choice.has_headings) if choice else roster.guess(cells, region)
    rows = [_row(person) for person in roster.read_people(sheet.rows, columns, region, refused)]
    if not rows:
        raise BadRoster(NO_PEOPLE)
    if len(rows) > sheets.MOST_ROWS:
        raise BadSheet(sheets.TOO_MANY)
    _keep_cells_of_bad_rows(rows, sheet)
    return Checked(sheet.encoding, _layout(sheet, columns), rows)


def _row(person: Person) -> dict[str, Any]:
    if person.problem:
        verdict, reason = RowVerdict.BAD, person.problem
    elif person.repeats:
        verdict, reason = RowVerdict.REPEATED, f"Same number as line {person.repeats}."
    else:
        verdict, reason = RowVerdict.NEW, None
    return {
        "line": person.line,
        "name": person.name,
        "phone": person.phone,
        "verdict": verdict,
        "reason": reason,
        "cells": None,
    }


def _keep_cells_of_bad_rows(rows: list[dict[str, Any]], sheet: Sheet) -> None:
    """They can be downloaded with what is wrong with them; no cell is worth more than KEPT_CELL characters."""
    by_line = {row.line: row.cells for row in sheet.rows}
    for row in rows:
        if row["verdict"] is RowVerdict.BAD:
            kept = [cell[:KEPT_CELL].replace("\0", "\N{REPLACEMENT CHARACTER}") for cell in by_line[row["line"]]]
            row["cells"] = json.dumps(kept, ensure_ascii=False)


def _layout(sheet: Sheet, columns: Columns) -> str:
    first = sheet.rows[: SAMPLE_ROWS + 1]
    layout = {
        "kinds": columns.kinds,
        "headings": list(columns.headings),
        "delimiter": sheet.delimiter,
        "first_rows": [[cell[:SAMPLE_CELL].replace("\0", "") for cell in row.cells] for row in first],
    }
    return json.dumps(layout, ensure_ascii=False)
