"""A number that a file has under two names gets the one that a person chose."""

from sqlalchemy import ColumnElement, select

from app.core.db import db
from app.domain.spreadsheets.contact_rows import MAX_CONTACT_NAME_LENGTH, FirstRow
from app.domain.texts.text_cleaning import clean_name
from app.imports.actions.import_target import ImportTarget
from app.imports.actions.row_checking import describe_repeat
from app.imports.actions.row_correction import BadRowNotFound
from app.imports.actions.row_staging import (
    compare_rows_with_list,
    get_open_import,
    update_import_counts,
)
from app.imports.models import READABLE_VERDICTS, ImportRow, RowVerdict


def name_shared_number(
    import_id: int,
    line: int,
    name: str,
    target: ImportTarget,
) -> None:
    """Import the number of a repeated row under `name`, as one person. Inside write().

    Raises BadRowNotFound when no earlier row has the number of this line, or for a name that is
    blank or too long, and ImportAlreadyEnded.
    """
    import_ = get_open_import(import_id, target)
    cleaned = clean_name(name)
    repeated = _find_row(import_id, ImportRow.line == line, (RowVerdict.REPEATED,))
    if repeated is None or not cleaned or len(cleaned) > MAX_CONTACT_NAME_LENGTH:
        raise BadRowNotFound
    same_phone = ImportRow.phone == repeated.phone
    first = _find_row(import_id, same_phone, READABLE_VERDICTS)
    if first is None:
        raise BadRowNotFound
    first.name = cleaned
    first.verdict = RowVerdict.NEW
    first.reason = None
    for row in db.session.scalars(
        select(ImportRow).where(
            ImportRow.import_id == import_id, same_phone, ImportRow.verdict == RowVerdict.REPEATED
        )
    ):
        row.reason = describe_repeat(FirstRow(first.line, cleaned))
    db.session.flush()
    # The list may have the number under either name, or a third one.
    compare_rows_with_list(import_, target, ImportRow.line == first.line)
    update_import_counts(import_)


def _find_row(
    import_id: int, condition: ColumnElement[bool], verdicts: tuple[RowVerdict, ...]
) -> ImportRow | None:
    statement = select(ImportRow).where(
        ImportRow.import_id == import_id,
        condition,
        ImportRow.verdict.in_(verdicts),
    )
    return db.session.scalar(statement.order_by(ImportRow.line).limit(1))
