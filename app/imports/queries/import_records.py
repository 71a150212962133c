"""Imports, and how their files were read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import db
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.imports.models import Import, ImportState

MAX_PAST_IMPORTS = 20


@dataclass(frozen=True)
class SpreadsheetLayout:
    """How a file was read: its columns and delimiter, with the evidence and the first rows."""

    columns: ColumnMapping
    first_rows: list[list[str]]
    delimiter: str
    evidence: list[str]

    @property
    def has_headings(self) -> bool:
        """Whether the first row is headings."""
        return bool(self.columns.headings)

    def get_sample_cells(self, index: int) -> list[str]:
        """Return the first cells of a column, without its heading."""
        rows = self.first_rows[1:]
        if not self.has_headings:
            # One row more is stored for the headings.
            rows = self.first_rows[:-1] or self.first_rows
        return [get_cell(cells, index) for cells in rows]


def find_import(import_id: int, pool: str) -> Import | None:
    """Return one import of this pool."""
    return db.session.scalar(select(Import).where(Import.id == import_id, Import.pool == pool))


def parse_import_layout(row: Import) -> SpreadsheetLayout:
    """Return how the file of an import was read."""
    layout = json.loads(row.columns or "{}")
    kinds = tuple(map(ColumnKind, layout["kinds"]))
    return SpreadsheetLayout(
        ColumnMapping(kinds, tuple(layout["headings"])),
        layout["first_rows"],
        layout["delimiter"],
        # Layouts of older releases have none.
        layout.get("evidence", []),
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


def get_cell(cells: Sequence[str], index: int | None) -> str:
    """Return a cell of a row, or "" when the row is shorter."""
    if index is None or index >= len(cells):
        return ""
    return cells[index]
