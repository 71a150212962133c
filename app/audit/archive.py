"""Hands the oldest rows of the audit to an archive; the chain begins after them then."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from app.audit.audit_chain import add_anchor
from app.audit.chain_files import load_audit_keys
from app.audit.models import AnchorKind, AuditAnchor, AuditEvent, AuditPerson
from app.audit.sql import PreparedRunner
from app.core.db import db
from app.core.settings import current_settings

StoreRows = Callable[[Sequence[Mapping[str, Any]]], None]


def archive_audit_rows(before: datetime, store: StoreRows, *, limit: int = 5_000) -> int:
    """Give up to `limit` of the oldest rows from before a moment to `store`; return how many.

    Inside write(). `store` gets all columns, with `mac` and `people`, and must have them on the
    disk when it returns: the rows are deleted. The anchor that takes their place carries the mac
    of the last one, so that both the archive and what is left can be verified. Rows go in the
    order of their ids; the first one that is too young ends it. Call it until it returns 0.
    """
    rows = _select_oldest(before, limit)
    if not rows:
        return 0
    store(rows)
    last = rows[-1]
    key = load_audit_keys(current_settings().database_path)[-1]
    add_anchor(PreparedRunner(), key, AnchorKind.ARCHIVED, last["id"], last["mac"])
    db.session.execute(delete(AuditPerson).where(AuditPerson.audit_event_id <= last["id"]))
    db.session.execute(delete(AuditEvent).where(AuditEvent.id <= last["id"]))
    return len(rows)


def _select_oldest(before: datetime, limit: int) -> list[Mapping[str, Any]]:
    newest_anchor = select(AuditAnchor.last_id).order_by(AuditAnchor.last_id.desc()).limit(1)
    if db.session.scalar(newest_anchor) is None:
        return []
    statement = select(AuditEvent.__table__).order_by(AuditEvent.id).limit(limit)
    rows: list[Mapping[str, Any]] = []
    for row in db.session.execute(statement).mappings():
        # Without its mac a row was inserted by another program: it stays for the doctor to see.
        if row["at"] >= before or row["mac"] is None:
            break
        rows.append(dict(row))
    return rows
