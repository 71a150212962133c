"""The phones of an import's rows, as selects that other features build on."""

from typing import Any

from sqlalchemy import Select, select

from app.core.db import db
from app.imports.models import READABLE_VERDICTS, ImportRow, RowVerdict
from app.imports.queries.import_slices import ImportSlice

# A number that comes twice may name another group in its second row.
GROUPED_VERDICTS = (*READABLE_VERDICTS, RowVerdict.REPEATED)


def select_readable_phones(import_slice: ImportSlice) -> Select[Any]:
    """Return a select of the numbers of the rows that can be read and are not repeated."""
    return import_slice.select_phones(READABLE_VERDICTS).order_by(ImportRow.id)


def select_new_phones(import_slice: ImportSlice) -> Select[Any]:
    """Return a select of the numbers that an import adds, or has added, to its list."""
    return import_slice.select_phones((RowVerdict.NEW,)).order_by(ImportRow.id)


def list_group_cells(import_id: int) -> list[str]:
    """Return what the rows of an import say about groups, each text once."""
    cells = select(ImportRow.group_names).where(
        *ImportSlice(import_id).build_conditions(GROUPED_VERDICTS),
        ImportRow.group_names.is_not(None),
        ImportRow.phone.is_not(None),
    )
    return [cell for cell in db.session.scalars(cells.distinct()) if cell]


def list_phones_with_group_cells(import_slice: ImportSlice) -> list[tuple[str, str]]:
    """Return (number, what it says about groups) of the rows of a slice that name any."""
    # A condition on the cell would let SQLite read all rows of the import that name groups.
    rows = select(ImportRow.phone, ImportRow.group_names).where(
        *import_slice.build_conditions(GROUPED_VERDICTS)
    )
    return [(phone, cell) for phone, cell in db.session.execute(rows) if phone and cell]
