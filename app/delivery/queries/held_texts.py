"""What is held until texting hours: asked by the engine, and shown on pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.column_types import datetime_from_db
from app.core.db import db
from app.delivery.models import Message
from app.delivery.sql import held_texts as sql
from app.delivery.sql.queue_filters import IS_HELD
from app.domain.quiet_hours.texting_hours import TextHoldReason

# The filter of a blast's people, by the word in the address.
HELD_FILTER = "held"


@dataclass(frozen=True)
class HeldGroup:
    """How many people of a blast wait until the same moment (UTC), and why."""

    until: datetime
    count: int
    why: TextHoldReason


def has_due_texts(carrier: str, moment: datetime) -> bool:
    """Whether a held text may be sent by that moment. A read, outside write()."""
    return _answer(sql.SELECT_ANY_DUE.fetch_value(carrier_name=carrier, moment=moment))


def has_held_texts(carrier: str) -> bool:
    """Whether any text is held. A read, outside write()."""
    return _answer(sql.SELECT_ANY_HELD.fetch_value(carrier_name=carrier))


def _answer(value: object) -> bool:
    # An old snapshot would keep the WAL from being reset.
    db.session.rollback()
    return value is not None


def list_ending_blasts(carrier: str) -> list[tuple[int, datetime]]:
    """Return (id, end) of the running blasts that have an end. A read, outside write()."""
    rows = sql.SELECT_ENDING_BLASTS.fetch_json(carrier_name=carrier)
    db.session.rollback()
    ends = ((row[0], datetime_from_db(row[1])) for row in rows)
    return [(blast_id, end) for blast_id, end in ends if end is not None]


def list_held_groups(log_id: int, carrier: str) -> list[HeldGroup]:
    """Return who of a blast waits until when, the earliest first. Reads one index alone."""
    is_of_blast = (IS_HELD, Message.carrier == carrier, Message.message_log_id == log_id)
    rows = db.session.execute(
        select(Message.held_until, func.count()).where(*is_of_blast).group_by(Message.held_until)
    )
    groups = []
    for until, count in rows.all():
        if until is None:
            continue
        hold_reason = (
            select(Message.held_why).where(*is_of_blast, Message.held_until == until).limit(1)
        )
        reason = db.session.scalar(hold_reason) or TextHoldReason.QUIET_HOURS
        groups.append(HeldGroup(until, count, TextHoldReason(reason)))
    return sorted(groups, key=lambda group: group.until)
