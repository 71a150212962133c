"""Erasing a phone number from what imports keep."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from app.core.db import db, execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure, contains_phone_number
from app.imports.models import Import, ImportRow, RowVerdict


@dataclass(frozen=True)
class ImportMentions:
    """Where imports hold a number inside other text.

    `layouts`: the stored columns without it, by the id of the import.
    """

    layouts: dict[int, str]
    bad_row_ids: list[int]


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete the rows of imports with this number and return how many, by table. Inside write()."""
    statement = delete(ImportRow).where(ImportRow.phone == erasure.phone)
    count = execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return {"import_rows": count}


def find_phone_mentions(phone: str) -> ImportMentions:
    """Return the sample rows and the unreadable rows that hold this number in any spelling.

    Reads every row that an import could not read, which may take seconds: before write().
    """
    return ImportMentions(_find_layout_mentions(phone), _find_bad_row_mentions(phone))


def _find_layout_mentions(phone: str) -> dict[int, str]:
    """Return the new layouts; their first rows are kept to show how columns were read."""
    layouts = {}
    statement = select(Import.id, Import.columns).where(Import.columns.is_not(None))
    for row in db.session.execute(statement):
        layout = json.loads(row[1] or "{}")
        sample_rows = layout.get("first_rows", [])
        layout["first_rows"] = [_blank_sample_row(cells, phone) for cells in sample_rows]
        if layout["first_rows"] != sample_rows:
            layouts[row[0]] = json.dumps(layout, ensure_ascii=False)
    return layouts


def _blank_sample_row(cells: list[Any], phone: str) -> list[Any]:
    if _has_phone(cells, phone):
        return [""] * len(cells)
    return cells


def _find_bad_row_mentions(phone: str) -> list[int]:
    statement = select(ImportRow.id, ImportRow.cells).where(
        ImportRow.verdict == RowVerdict.BAD, ImportRow.cells.is_not(None)
    )
    rows = db.session.execute(statement)
    return [row_id for row_id, cells in rows if _has_phone(json.loads(cells or "[]"), phone)]


def _has_phone(cells: list[Any], phone: str) -> bool:
    return any(contains_phone_number(str(cell), phone) for cell in cells)


def erase_phone_mentions(mentions: ImportMentions) -> None:
    """Store the layouts without the number and delete the unreadable rows. Inside write()."""
    connection = db.session.connection()
    if mentions.layouts:
        changed_layout = update(Import).where(Import.id == bindparam("b_id"))
        values = [{"b_id": id_, "b_columns": layout} for id_, layout in mentions.layouts.items()]
        connection.execute(changed_layout.values(columns=bindparam("b_columns")), values)
    if mentions.bad_row_ids:
        bad_row = delete(ImportRow).where(ImportRow.id == bindparam("b_id"))
        connection.execute(bad_row, [{"b_id": row_id} for row_id in mentions.bad_row_ids])
