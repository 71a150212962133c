"""Pauses whose place an opt-out takes, and their return. Inside write(); none of these commits.

A pause of 60 days is not over because an admin noted an opt-out and took it back. Only START, or
its own day, ends it; a STOP of the person stays above it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, insert, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.db import db, execute_and_count_rows
from app.core.listed_values import build_listed_column
from app.suppression import sql
from app.suppression.models import UnsubscribedContact
from app.suppression.pause_models import ReplacedPause

PAUSE_COLUMNS = ("phone", "source", "reason", "name", "created_at", "ends_at")


def replace_pauses(phones: Select[Any]) -> None:
    """Take the pauses of these phones out of the do-not-text list, and keep them."""
    keep_pauses(phones)
    row = UnsubscribedContact
    pauses = delete(row).where(row.ends_at.is_not(None), row.phone.in_(phones))
    db.session.execute(pauses.execution_options(synchronize_session=False))


def keep_pauses(phones: Select[Any]) -> None:
    """Keep the pauses of these phones, which an opt-out is about to replace."""
    row = UnsubscribedContact
    pauses = select(*(getattr(row, column) for column in PAUSE_COLUMNS)).where(
        row.ends_at.is_not(None), row.phone.in_(phones)
    )
    statement = sqlite_insert(ReplacedPause).from_select(list(PAUSE_COLUMNS), pauses)
    new = statement.excluded
    values = {column: getattr(new, column) for column in PAUSE_COLUMNS}
    db.session.execute(statement.on_conflict_do_update(["phone"], set_=values))


def keep_pause_behind_opt_out(pause: ReplacedPause, *, may_shorten: bool) -> None:
    """Keep a pause that is asked for while an opt-out holds."""
    earlier = db.session.get(ReplacedPause, pause.phone, populate_existing=True)
    if earlier is None or may_shorten or earlier.ends_at < pause.ends_at:
        db.session.merge(pause)
        db.session.flush()


def restore_replaced_pauses(phones: Sequence[str], moment: datetime) -> int:
    """Let the kept pauses of these phones hold again, which are not over; return how many.

    For phones whose opt-out was just taken back; one that is on the list again keeps its entry.
    """
    pause, row = ReplacedPause, UnsubscribedContact
    meant = pause.phone.in_(select(build_listed_column(phones)))
    is_listed = exists().where(row.phone == pause.phone)
    columns = (*PAUSE_COLUMNS, "folded_name")
    names = (*(getattr(pause, column) for column in PAUSE_COLUMNS), func.fold_name(pause.name))
    pauses = select(*names).where(meant, pause.ends_at > moment, ~is_listed)
    count = execute_and_count_rows(insert(row).from_select(list(columns), pauses))
    db.session.execute(
        delete(pause)
        .where(meant, exists().where(row.phone == pause.phone, row.ends_at.is_not(None)))
        .execution_options(synchronize_session=False)
    )
    return count


def forget_replaced_pause(phone: str) -> None:
    """Forget the kept pause of a number that has texted START."""
    sql.DELETE_REPLACED_PAUSE.execute(b_phone=phone)


def delete_ended_replaced_pauses(moment: datetime) -> None:
    """Delete the kept pauses that are over."""
    db.session.execute(delete(ReplacedPause).where(ReplacedPause.ends_at <= moment))
