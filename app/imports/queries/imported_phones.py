"""The phones of an import's rows, as selects that other features build on."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, select

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.imports.models import READABLE_VERDICTS, ImportRow, RowVerdict


def select_readable_phones(import_id: int) -> Select[str | None]:
    """Return a select of the numbers of the rows that can be read and are not repeated."""
    return _select_phones(import_id, READABLE_VERDICTS)


def list_group_cells(import_id: int) -> list[str]:
    """Return what the rows of an import say about groups, each text once."""
    row = ImportRow
    cells = select(row.group_names).where(*_build_grouped_conditions(import_id)).distinct()
    return [cell for cell in db.session.scalars(cells) if cell]


def select_phones_of_group_cells(import_id: int, cells: Sequence[str]) -> Select[str | None]:
    """Return a select of the numbers of the rows that say one of these texts about groups."""
    given_cell = build_listed_column(cells)
    conditions = _build_grouped_conditions(import_id)
    phones = select(ImportRow.phone).where(
        *conditions, ImportRow.group_names.in_(select(given_cell))
    )
    return phones.distinct()


def _build_grouped_conditions(import_id: int) -> tuple[ColumnElement[bool], ...]:
    # A number that comes twice may name another group in its second row.
    verdicts = (*READABLE_VERDICTS, RowVerdict.REPEATED)
    return (
        ImportRow.import_id == import_id,
        ImportRow.verdict.in_(verdicts),
        ImportRow.group_names.is_not(None),
        ImportRow.phone.is_not(None),
    )


def select_new_phones(import_id: int) -> Select[str | None]:
    """Return a select of the numbers that an import adds, or has added, to its list."""
    return _select_phones(import_id, (RowVerdict.NEW,))


def _select_phones(import_id: int, verdicts: Sequence[RowVerdict]) -> Select[str | None]:
    return (
        select(ImportRow.phone)
        .where(ImportRow.import_id == import_id, ImportRow.verdict.in_(verdicts))
        .order_by(ImportRow.id)
    )
