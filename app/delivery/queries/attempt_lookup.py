"""The attempt that a receipt is about, found by our reference or by the carrier's id."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, func, select

from app.delivery.engine_models import attempts
from app.delivery.sql.attempt_lookup import (
    ATTEMPT_COLUMNS,
    SELECT_ATTEMPT_BY_REF,
    SELECT_ATTEMPT_BY_SID,
)


class AttemptKey(NamedTuple):
    """One attempt to send a message, with what identifies it to us and to the carrier.

    `number` counts from 1; `provider_sid` is None until the carrier named the text.
    """

    id: int
    message_id: int
    number: int
    provider_sid: str | None


def find_attempt_by_ref(ref: str | None) -> AttemptKey | None:
    """Return the attempt with our reference, or None."""
    return _build_attempt_key(SELECT_ATTEMPT_BY_REF.fetch_first_row(ref=ref))


def find_attempt_by_sid(sid: str | None) -> AttemptKey | None:
    """Return the attempt that the carrier gave this id, or None."""
    return _build_attempt_key(SELECT_ATTEMPT_BY_SID.fetch_first_row(sid=sid))


def _build_attempt_key(row: tuple[Any, ...] | None) -> AttemptKey | None:
    return None if row is None else AttemptKey(*row)


def select_attempt_by_ref(ref: ColumnElement[str]) -> FromClause:
    """Return a table of at most one row: the attempt with `ref`, for an outer join.

    Its columns are those of AttemptKey, in that order. A receipt that is looked up together with
    its event takes one sqlite3_step and not two: each one releases the GIL.
    """
    return select(*ATTEMPT_COLUMNS).where(attempts.c.ref == ref).subquery("attempt")


def match_attempt_id(
    ref: ColumnElement[str | None], sid: ColumnElement[str | None]
) -> ColumnElement[int | None]:
    """Return the id of the attempt with this ref, else of the one with this sid, for each row of
    another table; NULL where neither exists. Both are found along their unique indexes.
    """
    by_ref = select(attempts.c.id).where(attempts.c.ref == ref).scalar_subquery()
    by_sid = select(attempts.c.id).where(attempts.c.provider_sid == sid).scalar_subquery()
    return func.coalesce(by_ref, by_sid)
