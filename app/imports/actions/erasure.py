"""Erasing a phone number from what imports keep."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from app.core.db import NotFound, db, execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure, contains_phone_number
from app.domain.phones.phone_number import extract_digits
from app.imports.actions import upload_storage
from app.imports.actions.import_completion import discard_import
from app.imports.models import RUNNING_STATES, Import, ImportRow, ImportState, RowVerdict

# Rows without these at the end of a number do not hold it.
LAST_DIGITS = 4


@dataclass(frozen=True)
class ImportMentions:
    """Where imports hold a number inside other text.

    `layouts`: the stored columns without it, by the id of the import. `open_import_ids`: imports
    that wait for their confirmation, whose uploaded file or its rows hold it.
    """

    layouts: dict[int, str]
    bad_row_ids: list[int]
    open_import_ids: list[int] = field(default_factory=list)


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete the rows of imports with this number and return how many, by table. Inside write()."""
    statement = delete(ImportRow).where(ImportRow.phone == erasure.phone)
    count = execute_and_count_rows(statement.execution_options(synchronize_session=False))
    # As the second phone of somebody else, or in a sentence about one that could not be used.
    mentions = update(ImportRow).where(
        or_(
            ImportRow.second_phone == erasure.phone,
            func.instr(ImportRow.value_problems, erasure.phone) > 0,
        )
    )
    emptied = mentions.values(second_phone=None, value_problems=None)
    execute_and_count_rows(emptied.execution_options(synchronize_session=False))
    return {"import_rows": count}


def find_phone_mentions(phone: str) -> ImportMentions:
    """Return the sample rows and the unreadable rows that hold this number in any spelling.

    Reads every row that an import could not read, which may take seconds: before write().
    """
    return ImportMentions(
        _find_layout_mentions(phone), _find_bad_row_mentions(phone), _find_open_imports(phone)
    )


def _find_open_imports(phone: str) -> list[int]:
    """Return the open imports whose file holds this number, or may hold it unread.

    Also those that are being confirmed and still need their file.
    """
    import_ids = []
    is_open = Import.state.in_((ImportState.CHECKED, *RUNNING_STATES))
    has_file = or_(Import.state == ImportState.CHECKED, Import.stored_as.is_not(None))
    for row in db.session.scalars(select(Import).where(is_open, has_file)):
        if _has_unread_parts(row) or _has_stored_phone(row.stored_as, phone):
            import_ids.append(row.id)
    return import_ids


def _has_unread_parts(row: Import) -> bool:
    """Whether the file has sheets or rows that were not read: nobody knows who is in there."""
    try:
        sheet = json.loads(row.columns or "{}").get("sheet")
        return sheet is not None and (sheet["hidden_row_count"] > 0 or len(sheet["names"]) > 1)
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def _has_stored_phone(stored_as: str | None, phone: str) -> bool:
    try:
        for row in upload_storage.iterate_upload_rows(stored_as, 0):
            # Most rows lack the last digits of the number, so that few are read cell by cell.
            has_last_digits = phone[-LAST_DIGITS:] in extract_digits("".join(row.cells))
            if has_last_digits and _has_phone(row.cells, phone):
                return True
    # An older release stored its rows in another way: nobody knows who is in there.
    except (NotFound, ValueError):
        return stored_as is not None
    return False


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
    """Store the layouts without the number, delete the unreadable rows and drop open imports.

    Inside write().
    """
    connection = db.session.connection()
    if mentions.layouts:
        changed_layout = update(Import).where(Import.id == bindparam("b_id"))
        values = [{"b_id": id_, "b_columns": layout} for id_, layout in mentions.layouts.items()]
        connection.execute(changed_layout.values(columns=bindparam("b_columns")), values)
    if mentions.bad_row_ids:
        bad_row = delete(ImportRow).where(ImportRow.id == bindparam("b_id"))
        connection.execute(bad_row, [{"b_id": row_id} for row_id in mentions.bad_row_ids])
    for import_id in mentions.open_import_ids:
        _drop_open_import(import_id)


def _drop_open_import(import_id: int) -> None:
    """Abandon an import and delete its file: the number stands in the file as it was uploaded.

    One that is being confirmed goes on without its file.
    """
    row = db.session.get(Import, import_id, populate_existing=True)
    if row is not None and row.is_running:
        upload_storage.delete_upload(row.stored_as)
        row.stored_as = None
        db.session.flush()
    if row is None or row.state is not ImportState.CHECKED:
        return
    stored_as = discard_import(import_id, row.pool)
    row.columns = None
    db.session.flush()
    upload_storage.delete_upload(stored_as)
