"""The end of an import: its rows go onto the list in one statement, or it is thrown away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.imports.actions.target import AlreadyEnded, Target
from app.imports.models import Import, ImportRow, ImportState, RowVerdict
from app.kit.clock import now
from app.kit.columns import UtcDateTime
from app.kit.db import db, rows_changed
from app.suppression.queries import left_out

UNREAD = (RowVerdict.BAD, RowVerdict.REPEATED)
UNSEEN: dict[str, Any] = {"synchronize_session": False}  # nobody holds these rows as objects


@dataclass(frozen=True)
class Outcome:
    """What a confirmed import did: people added, names changed; `left_out` of its people get no texts all the same."""

    added: int
    changed: int
    left_out: int
    bad: int
    stored_as: str | None


def confirm(import_id: int, target: Target, *, overwrite_names: bool) -> Outcome:
    """Put the readable rows onto the list. Raises AlreadyEnded.

    Who is on the list already stays, and gets the name of the file if there was none (with `overwrite_names`: in any
    case). Nobody is taken off the do-not-text list. What the check counted is not trusted: the list may have changed.
    """
    row = _end(import_id, target.pool, ImportState.DONE)
    readable = (ImportRow.import_id == import_id, ImportRow.verdict.not_in(UNREAD))
    changed = _name(target, readable, overwrite_names)
    added = _add(target, readable)
    people = select(func.count()).where(*readable)
    row.left_out_count = db.session.scalar(people.where(left_out(ImportRow.phone).is_not(None))) or 0
    row.same_count = (db.session.scalar(people) or 0) - added - changed
    row.added_count, row.changed_count, row.renamed_count = added, changed, 0
    outcome = Outcome(added, changed, row.left_out_count, row.bad_count, row.stored_as)
    row.stored_as = None
    return outcome


def _name(target: Target, readable: tuple[ColumnElement[bool], ...], overwrite: bool) -> int:
    name = target.table.c.name
    other = or_(name.is_(None), name != ImportRow.name) if overwrite else name.is_(None)
    named = update(target.table).where(*readable, target.same_person(), ImportRow.name.is_not(None), other)
    return rows_changed(named.values(name=ImportRow.name).execution_options(**UNSEEN))


def _add(target: Target, readable: tuple[ColumnElement[bool], ...]) -> int:
    values = {"name": ImportRow.name, "phone": ImportRow.phone, "created_at": literal(now(), UtcDateTime())}
    values |= {column: literal(value) for column, value in target.fixed.items()}
    people = select(*values.values()).where(*readable).order_by(ImportRow.id)
    return rows_changed(insert(target.table).from_select(list(values), people).on_conflict_do_nothing())


def abandon(import_id: int, pool: str) -> str | None:
    """Throw an upload away; gives the name of its file, which is not needed any more. Raises AlreadyEnded."""
    row = _end(import_id, pool, ImportState.ABANDONED)
    rows_changed(delete(ImportRow).where(ImportRow.import_id == import_id).execution_options(**UNSEEN))
    stored_as, row.stored_as = row.stored_as, None
    return stored_as


def _end(import_id: int, pool: str, state: ImportState) -> Import:
    """Claim the end of an import: of two who press the button at once, one gets it."""
    open_one = (Import.id == import_id, Import.pool == pool, Import.state == ImportState.CHECKED)
    claimed = update(Import).where(*open_one).values(state=state, finished_at=now())
    if rows_changed(claimed.execution_options(**UNSEEN)) != 1:
        raise AlreadyEnded
    return db.session.get_one(Import, import_id, populate_existing=True)


def expire(before: datetime) -> None:
    """Uploads from before this moment that nobody confirmed are thrown away; the rows of ended ones are forgotten."""
    old = Import.created_at < before
    forgotten = update(Import).where(old, Import.state == ImportState.CHECKED)
    values = {"state": ImportState.ABANDONED, "finished_at": now(), "stored_as": None}
    rows_changed(forgotten.values(values).execution_options(**UNSEEN))
    rows = delete(ImportRow).where(ImportRow.import_id.in_(select(Import.id).where(old)))
    rows_changed(rows.execution_options(**UNSEEN))
