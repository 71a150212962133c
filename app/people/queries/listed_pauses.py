"""Pauses with their ends, as a file says that the do-not-text list has written."""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.imports.actions.upload_storage import iterate_upload_rows
from app.suppression.queries.suppression_entries import (
    CSV_TIME_FORMAT,
    PAUSE_END_HEADING,
    PHONE_HEADING,
)


def read_listed_pauses(stored_as: str | None) -> dict[str, datetime]:
    """Return the end of the pause (UTC) of each number that an uploaded file gives one.

    Only of a file that has the columns of our export. A number that another row opts out has no
    pause, and an end that cannot be read is none.
    """
    rows = iterate_upload_rows(stored_as, 0)
    headings = [cell.strip() for cell in next(rows).cells]
    if PAUSE_END_HEADING not in headings or PHONE_HEADING not in headings:
        return {}
    phone_index, end_index = headings.index(PHONE_HEADING), headings.index(PAUSE_END_HEADING)
    ends: dict[str, datetime | None] = {}
    for _, cells in rows:
        phone, end = _get_cell(cells, phone_index), _parse_end(_get_cell(cells, end_index))
        # Two rows of one number: what stops more.
        ends[phone] = end if phone not in ends or end is None else ends[phone]
    return {phone: end for phone, end in ends.items() if end is not None}


def _get_cell(cells: Sequence[str], index: int) -> str:
    return cells[index].strip() if index < len(cells) else ""


def _parse_end(cell: str) -> datetime | None:
    try:
        return datetime.strptime(cell, CSV_TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
