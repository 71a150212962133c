"""Checked rows are laid down and compared with the list they are for. The list itself is not touched."""

from dataclasses import dataclass

from sqlalchemy import case, delete, func, insert, literal, select, update

from app.imports.actions.checking import Checked
from app.imports.actions.finishing import UNREAD, UNSEEN
from app.imports.actions.target import AlreadyEnded, Target
from app.imports.models import Import, ImportRow, ImportState, RowVerdict, import_rows
from app.kit.db import db, rows_changed
from app.suppression.queries import left_out

COUNTS = {
    RowVerdict.NEW: "added_count",
    RowVerdict.CHANGED: "changed_count",
    RowVerdict.RENAMED: "renamed_count",
    RowVerdict.SAME: "same_count",
    RowVerdict.REPEATED: "repeated_count",
    RowVerdict.BAD: "bad_count",
}


@dataclass(frozen=True)
class Upload:
    """The file as it came: the name it had (only ever shown), the name it is kept under, and who brought it."""

    file_name: str
    stored_as: str
    created_by: str


def stage(upload: Upload, checked: Checked, target: Target) -> int:
    """Lay down a new import with its rows; gives its id."""
    row = Import(
        pool=target.pool,
        created_by=upload.created_by,
        file_name=upload.file_name,
        stored_as=upload.stored_as,
        row_count=0,
    )
    db.session.add(row)
    db.session.flush()
    _lay_down(row, checked, target)
    return row.id


def restage(import_id: int, checked: Checked, target: Target) -> None:
    """The same file, read in another way. Raises AlreadyEnded."""
    row = db.session.get_one(Import, import_id, populate_existing=True)
    if row.pool != target.pool or row.state is not ImportState.CHECKED:
        raise AlreadyEnded
    rows_changed(delete(ImportRow).where(ImportRow.import_id == import_id).execution_options(**UNSEEN))
    _lay_down(row, checked, target)


def _lay_down(row: Import, checked: Checked, target: Target) -> None:
    row.encoding, row.columns, row.row_count = checked.encoding, checked.layout, len(checked.rows)
    db.session.flush()
    rows = [{**each, "import_id": row.id} for each in checked.rows]
    db.session.connection().execute(insert(import_rows), rows)
    _compare(row.id, target)
    _count(row)


def _compare(import_id: int, target: Target) -> None:
    """Judge every readable row by what the list says of its number, in two statements."""
    here = target.table.c
    verdict = case(
        (ImportRow.name.is_(None) | (ImportRow.name == here.name), RowVerdict.SAME.value),
        (here.name.is_(None), RowVerdict.CHANGED.value),
        else_=RowVerdict.RENAMED.value,
    )
    reason = case((ImportRow.name != here.name, literal("On the list as “") + here.name + literal("”.")))
    fresh = (ImportRow.import_id == import_id, ImportRow.verdict == RowVerdict.NEW)
    known = update(ImportRow).where(*fresh, target.same_person()).values(verdict=verdict, reason=reason)
    rows_changed(known.execution_options(**UNSEEN))
    readable = (ImportRow.import_id == import_id, ImportRow.verdict.not_in(UNREAD))
    whom_not = update(ImportRow).where(*readable, left_out(ImportRow.phone).is_not(None))
    rows_changed(whom_not.values(left_out=left_out(ImportRow.phone)).execution_options(**UNSEEN))


def _count(row: Import) -> None:
    rows = select(ImportRow.verdict, func.count()).where(ImportRow.import_id == row.id).group_by(ImportRow.verdict)
    found = {verdict: many for verdict, many in db.session.execute(rows)}
    for verdict, column in COUNTS.items():
        setattr(row, column, found.get(verdict, 0))
    unheard = select(func.count()).where(ImportRow.import_id == row.id, ImportRow.left_out.is_not(None))
    row.left_out_count = db.session.scalar(unheard) or 0
    db.session.flush()
