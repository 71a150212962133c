"""Reads what the chain of the audit, and those who watch it, need to know."""

from datetime import datetime

from sqlalchemy import func, select

from app.audit.chain_files import ChainHead
from app.audit.models import AnchorKind, AuditAnchor, AuditEvent, AuditPerson
from app.core.db import db


def find_chain_head() -> ChainHead | None:
    """Return the last row of the chain."""
    last = select(AuditEvent.id, AuditEvent.mac).where(AuditEvent.mac.is_not(None))
    row = db.session.execute(last.order_by(AuditEvent.id.desc()).limit(1)).first()
    return None if row is None else ChainHead(row.id, row.mac)


def is_row_in_place(head: ChainHead) -> bool:
    """Whether the row is as it was when it was the last; true of a row in the archive."""
    row_mac = db.session.scalar(select(AuditEvent.mac).where(AuditEvent.id == head.last_id))
    if row_mac is not None:
        return row_mac == head.mac
    archived = select(func.max(AuditAnchor.last_id)).where(AuditAnchor.kind == AnchorKind.ARCHIVED)
    return (db.session.scalar(archived) or 0) >= head.last_id


def has_recent_look(verb: str, user_id: int, phone_hash: str, since: datetime) -> bool:
    """Whether a user's look at a person was written since then."""
    rows = (
        select(AuditEvent.id)
        .join(AuditPerson, AuditPerson.audit_event_id == AuditEvent.id)
        .where(AuditPerson.phone_hash == phone_hash, AuditEvent.verb == verb)
        .where(AuditEvent.user_id == user_id, AuditEvent.at >= since)
    )
    return db.session.scalar(rows.limit(1)) is not None


def find_last_detail(verb: str) -> str | None:
    """Return the details of the last row of a verb, as they are stored."""
    rows = select(AuditEvent.details).where(AuditEvent.verb == verb)
    return db.session.scalar(rows.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(1))
