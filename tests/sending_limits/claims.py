"""Helpers: set limits, release a blast, and claim what may be sent, without an engine."""

from decimal import Decimal

from sqlalchemy import select

from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_claiming import SendCapacity, claim_messages
from app.delivery.models import Message, MessageLog
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget, MessageKind
from app.domain.delivery.send_rate import TokenBucket
from app.organisation.actions import update_organisation
from app.sending_limits.actions.limit_editing import update_limits
from app.sending_limits.models import SendingTotal


def set_limits(price="0.05", **limits):
    """Store limits by column, and the price of a segment."""
    with write():
        price = None if price is None else Decimal(price)
        update_organisation({"price_per_segment": price, "currency": "USD", "timezone": "UTC"})
        update_limits(limits)


def release_blast(body="Hello", token=None):
    """Release a blast to the community and prove it; return its log."""
    with write():
        confirm_blast(
            BlastDraft(body, None, BlastTarget.COMMUNITY, None, "UTC", send_at=now()),
            token,
            "ada",
            now(),
        )
    release_due_blasts()
    log = db.session.scalar(select(MessageLog).order_by(MessageLog.id.desc()).limit(1))
    with write():
        prove(log.id)
    return log


def prove(log_id):
    """Let more than one text of a blast leave at a time. Inside write()."""
    db.session.execute(db.update(MessageLog).where(MessageLog.id == log_id).values(proven=True))


def claim(rows=40):
    """Claim what may be sent now; return it."""
    with write():
        return claim_inside_write(rows)


def claim_inside_write(rows):
    """Claim as the tick of an engine does, in a transaction of the caller."""
    return claim_messages("sandbox", SendCapacity(rows, TokenBucket(1000), 1.0), now())


def queue_reply(phone, kind=MessageKind.REPLY):
    """Queue a text that belongs to no blast."""
    with write() as session:
        session.add(Message(kind=kind, phone=phone, body="Yes", status="queued"))


def read_totals():
    """Return {(day, price): (texts, segments)}."""
    rows = db.session.scalars(select(SendingTotal))
    return {(row.day, row.price): (row.texts, row.segments) for row in rows}


def read_log(log_id):
    """Return the log of a blast as it is now."""
    return db.session.get(MessageLog, log_id, populate_existing=True)
