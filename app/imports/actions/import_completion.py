"""The end of an import: its rows go onto the list in one transaction, or it is thrown away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.core import failpoint
from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import db, execute_and_count_rows
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.models import (
    READABLE_VERDICTS,
    Import,
    ImportRow,
    ImportState,
    RowVerdict,
)
from app.suppression.actions import grant_import_consent
from app.suppression.models import ConsentMethod
from app.suppression.queries import select_list_suppression_reason

NO_SESSION_SYNC: dict[str, Any] = {
    "synchronize_session": False
}  # nobody holds these rows as objects
RowConditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class ImportOutcome:
    """What a confirmed import did: people added, names changed; `left_out` of its people get no
    texts all the same.
    """

    added_count: int
    changed_count: int
    suppressed_count: int
    bad_count: int
    stored_as: str | None


def apply_import(import_id: int, target: ImportTarget, *, overwrite_names: bool) -> ImportOutcome:
    """Put the readable rows onto the list.

    Raises AlreadyEnded, also while rows are not checked yet.

    Who is on the list already stays, and gets the name of the file if there was none (with
    `overwrite_names`: in any case). Nobody is taken off the do-not-text list. What the check
    counted is not trusted: the list may have changed.
    """
    row = _claim_import_end(import_id, target.pool, ImportState.DONE)
    readable = (
        ImportRow.import_id == import_id,
        ImportRow.verdict.in_(READABLE_VERDICTS),
    )
    changed = _fill_in_names(target, readable, overwrite_names)
    failpoint.crash_if_armed("import_named")
    added = _insert_new_people(row, target, readable)
    failpoint.crash_if_armed("import_added")
    people = select(func.count()).where(*readable)
    if target.gets_texts:
        row.left_out_count = (
            db.session.scalar(
                people.where(select_list_suppression_reason(ImportRow.phone).is_not(None))
            )
            or 0
        )
        if row.consent:
            grant_import_consent(import_id, ConsentMethod.IMPORT, row.consent, row.created_by)
    row.same_count = (db.session.scalar(people) or 0) - added - changed
    row.added_count, row.changed_count, row.renamed_count = added, changed, 0
    outcome = ImportOutcome(added, changed, row.left_out_count, row.bad_count, row.stored_as)
    row.stored_as = None
    return outcome


def _fill_in_names(target: ImportTarget, readable: RowConditions, overwrite: bool) -> int:
    """Names onto the list; each row remembers whose it was and what stood there, so that it can
    be undone.
    """
    here = target.table.c
    other = (
        or_(here.name.is_(None), here.name != ImportRow.name) if overwrite else here.name.is_(None)
    )
    verdict = case((here.name.is_(None), RowVerdict.CHANGED.value), else_=RowVerdict.RENAMED.value)
    named = update(ImportRow).where(
        *readable,
        target.build_same_person_condition(),
        ImportRow.name.is_not(None),
        other,
    )
    values = {"person_id": here.id, "name_before": here.name, "verdict": verdict}
    changed = execute_and_count_rows(named.values(values).execution_options(**NO_SESSION_SYNC))
    if changed:
        whose = (
            *readable,
            ImportRow.person_id == here.id,
            *target.build_list_conditions(),
        )
        execute_and_count_rows(
            update(target.table)
            .where(*whose)
            .values(name=ImportRow.name)
            .execution_options(**NO_SESSION_SYNC)
        )
    return changed


def _insert_new_people(row: Import, target: ImportTarget, readable: RowConditions) -> int:
    """Whoever is not on the list yet.

    They are its newest rows, and made in the moment the import ended.
    """
    here, last = (
        target.table.c,
        db.session.scalar(select(func.max(target.table.c.id))) or 0,
    )
    values = {
        "name": ImportRow.name,
        "phone": ImportRow.phone,
        "created_at": literal(row.finished_at, UtcDateTime()),
    }
    values |= {
        column: literal(value)
        for column, value in {**target.fixed_values, **target.extra_values}.items()
    }
    people = select(*values.values()).where(*readable).order_by(ImportRow.line)
    added = execute_and_count_rows(
        insert(target.table).from_select(list(values), people).on_conflict_do_nothing()
    )
    if added:
        mine = update(ImportRow).where(
            *readable, target.build_same_person_condition(), here.id > last
        )
        execute_and_count_rows(mine.values(person_id=here.id).execution_options(**NO_SESSION_SYNC))
    for verdict, condition in (
        (
            RowVerdict.NEW,
            ImportRow.person_id.is_not(None) & (ImportRow.person_id > last),
        ),
        (
            RowVerdict.SAME,
            ImportRow.person_id.is_(None) & (ImportRow.verdict != RowVerdict.RENAMED),
        ),
    ):
        moved = update(ImportRow).where(*readable, condition, ImportRow.verdict != verdict)
        execute_and_count_rows(moved.values(verdict=verdict).execution_options(**NO_SESSION_SYNC))
    return added


def discard_import(import_id: int, pool: str) -> str | None:
    """Throw an upload away; gives the name of its file, which is not needed any more.

    Raises AlreadyEnded.
    """
    row = _claim_import_end(import_id, pool, ImportState.ABANDONED)
    execute_and_count_rows(
        delete(ImportRow)
        .where(ImportRow.import_id == import_id)
        .execution_options(**NO_SESSION_SYNC)
    )
    stored_as, row.stored_as = row.stored_as, None
    return stored_as


def _claim_import_end(import_id: int, pool: str, state: ImportState) -> Import:
    """Claim the end of an import: of two who press the button at once, one gets it."""
    open_one: list[ColumnElement[bool]] = [
        Import.id == import_id,
        Import.pool == pool,
        Import.state == ImportState.CHECKED,
    ]
    if state is ImportState.DONE:
        open_one += [
            Import.checked_rows == Import.row_count,
            Import.columns.is_not(None),
        ]
    claimed = update(Import).where(*open_one).values(state=state, finished_at=now())
    if execute_and_count_rows(claimed.execution_options(**NO_SESSION_SYNC)) != 1:
        raise ImportAlreadyEnded
    return db.session.get_one(Import, import_id, populate_existing=True)


def delete_expired_imports(unconfirmed: datetime, done: datetime) -> None:
    """Uploads from before `unconfirmed` that nobody confirmed are thrown away; the rows of
    those, and of imports that were done before `done`, are forgotten.
    """
    old = Import.created_at < unconfirmed
    forgotten = update(Import).where(old, Import.state == ImportState.CHECKED)
    values = {"state": ImportState.ABANDONED, "finished_at": now(), "stored_as": None}
    execute_and_count_rows(forgotten.values(values).execution_options(**NO_SESSION_SYNC))
    ended = select(Import.id).where(
        or_(
            old & (Import.state == ImportState.ABANDONED),
            (Import.state == ImportState.DONE) & (Import.finished_at < done),
        )
    )
    execute_and_count_rows(
        delete(ImportRow).where(ImportRow.import_id.in_(ended)).execution_options(**NO_SESSION_SYNC)
    )
