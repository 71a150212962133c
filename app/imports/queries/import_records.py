"""Imports, and how their files were read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select

from app.core.db import db
from app.core.spreadsheets import SheetInfo
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.imports.models import RUNNING_STATES, Import, ImportRow, ImportState
from app.imports.queries.field_layouts import parse_fields

MAX_PAST_IMPORTS = 20


class UnknownLayout(Exception):
    """The layout was stored by another release, in a shape that this one cannot read."""


# Of how many rows the page of the check shows the cells.
MAX_SAMPLE_ROWS = 5
MAX_COLUMNS_IN_FILE_ORDER = 6


@dataclass(frozen=True)
class SpreadsheetLayout:
    """How a file was read: its columns and delimiter, with the evidence and the first rows.

    `sheet` is None for a file that has no sheets. `doubtful_statuses` are what it says of people
    who may want no texts. `guessed_types` are the types of field that fit the columns, [] where
    the list keeps no fields.
    """

    columns: ColumnMapping
    first_rows: list[list[str]]
    delimiter: str
    evidence: list[str]
    sheet: SheetInfo | None = None
    is_number_list: bool = False
    doubtful_statuses: Sequence[str] = ()
    guessed_types: Sequence[str] = ()

    def get_choice(self, index: int) -> str:
        """Return what the form of the columns sends for a column: "name", "field:7"."""
        field = self.columns.fields.get(index)
        return field.choice if field else self.columns.kinds[index].value

    @property
    def choices(self) -> list[str]:
        """What the form of the columns sends for each column."""
        return [self.get_choice(index) for index in range(len(self.columns.kinds))]

    @property
    def unread_titles(self) -> list[str]:
        """The columns with cells that are not imported."""
        titles = []
        for index, kind in enumerate(self.columns.kinds):
            if kind is ColumnKind.IGNORED and any(self.get_sample_cells(index)):
                titles.append(self.columns.column_title(index))
        return titles

    @property
    def has_headings(self) -> bool:
        """Whether the first row is headings."""
        return bool(self.columns.headings)

    @property
    def shown_columns(self) -> list[int]:
        """The columns in the order of the page: those that are or could be read, then the rest.

        An export of Google or Outlook has 40 columns, most of them empty: of a wide file nobody
        would see how the numbers are read.
        """
        indexes = list(range(len(self.columns.kinds)))
        if len(indexes) <= MAX_COLUMNS_IN_FILE_ORDER:
            return indexes
        return sorted(indexes, key=self._is_left_out)

    def _is_left_out(self, index: int) -> bool:
        return self.columns.kinds[index] is ColumnKind.IGNORED and not self.evidence[index]

    @property
    def unread_phone_titles(self) -> list[str]:
        """The columns of numbers that are not read."""
        titles = []
        for index, kind in enumerate(self.columns.kinds):
            if kind is ColumnKind.IGNORED and self.evidence[index]:
                titles.append(self.columns.column_title(index))
        return titles

    def get_sample_cells(self, index: int) -> list[str]:
        """Return the first cells of a column, without its heading."""
        # One row more is stored for the headings.
        rows = self.first_rows[1:] if self.has_headings else self.first_rows[:MAX_SAMPLE_ROWS]
        return [get_cell(cells, index) for cells in rows]


def find_import(import_id: int, pool: str) -> Import | None:
    """Return one import of this pool."""
    return db.session.scalar(select(Import).where(Import.id == import_id, Import.pool == pool))


def parse_import_layout(row: Import) -> SpreadsheetLayout:
    """Return how the file of an import was read. Raises UnknownLayout."""
    try:
        return _build_layout(json.loads(row.columns or "{}"))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UnknownLayout from error


def _build_layout(layout: dict[str, Any]) -> SpreadsheetLayout:
    """Build a layout; what older releases did not store is empty."""
    kinds = tuple(map(ColumnKind, layout["kinds"]))
    columns = ColumnMapping(
        kinds,
        tuple(map(str, layout["headings"])),
        int(layout.get("title_row_count", 0)),
        _read_order(layout.get("order", []), len(kinds)),
        str(layout.get("problem", "")),
        parse_fields(layout.get("fields", {})),
        {int(index): bool(order) for index, order in layout.get("month_first", {}).items()},
    )
    evidence = list(map(str, layout.get("evidence", [])))
    return SpreadsheetLayout(
        columns,
        [list(map(str, cells)) for cells in layout["first_rows"]],
        str(layout["delimiter"]),
        evidence + [""] * (len(kinds) - len(evidence)),
        _build_sheet_info(layout.get("sheet")),
        bool(layout.get("is_number_list")),
        list(map(str, layout.get("doubtful_statuses", []))),
        list(map(str, layout.get("guessed_types", []))),
    )


def _read_order(order: list[int], width: int) -> tuple[int, ...]:
    """Return an order of all columns: those that the layout does not name come last."""
    valid = [index for index in order if 0 <= index < width]
    rest = [index for index in range(width) if index not in valid]
    return (*valid, *rest) if valid else ()


def _build_sheet_info(sheet: dict[str, Any] | None) -> SheetInfo | None:
    if sheet is None:
        return None
    return SheetInfo(
        sheet["index"],
        tuple(sheet["names"]),
        tuple(sheet["shown"]),
        sheet["hidden_row_count"],
        sheet["includes_hidden_rows"],
    )


def list_past_imports(pool: str) -> list[Import]:
    """Return the last imports of this list that were not abandoned, the newest first."""
    imports = (
        select(Import)
        .where(Import.pool == pool, Import.state != ImportState.ABANDONED)
        .order_by(Import.id.desc())
        .limit(MAX_PAST_IMPORTS)
    )
    return list(db.session.scalars(imports))


def find_unconfirmed_imports(pool: str, limit: int = 3) -> list[Import]:
    """Return the imports of this list that are still to be confirmed, the newest first."""
    imports = (
        select(Import)
        .where(Import.pool == pool, Import.state == ImportState.CHECKED)
        .order_by(Import.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(imports))


def list_running_import_ids() -> list[int]:
    """Return the imports of which slices are still to be written, the oldest first."""
    running = select(Import.id).where(Import.state.in_(RUNNING_STATES)).order_by(Import.id)
    return list(db.session.scalars(running))


def has_expired_imports(unconfirmed_before: datetime, done_before: datetime) -> bool:
    """Whether an import waits longer than it may, or keeps rows that nobody needs any more."""
    is_abandoned = Import.state == ImportState.ABANDONED
    is_done = (Import.state == ImportState.DONE) & (Import.finished_at < done_before)
    has_rows = exists().where(ImportRow.import_id == Import.id)
    waits = (Import.state == ImportState.CHECKED) & (Import.created_at < unconfirmed_before)
    keeps_rows = has_rows & (is_done | (is_abandoned & (Import.created_at < unconfirmed_before)))
    return bool(db.session.scalar(select(exists().where(or_(waits, keeps_rows)))))


def get_cell(cells: Sequence[str], index: int | None) -> str:
    """Return a cell of a row, or "" when the row is shorter."""
    if index is None or index >= len(cells):
        return ""
    return cells[index]
