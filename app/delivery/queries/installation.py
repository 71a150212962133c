"""Which installation this is, what holds it back, and what the carrier has that it does not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select

from app.core.db import db
from app.core.settings import current_settings
from app.delivery.engine_models import attempts
from app.delivery.installation_models import Installation
from app.delivery.models import MessageLog, messages
from app.delivery.queries.due_lookups import find_known_sids, list_uncertain_attempts
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.installation_rules import (
    API_DIRECTION,
    InstallationRecord,
    InstallationUse,
    is_later_than,
)
from app.domain.delivery.lookup_matching import CarrierMessage, is_same_body
from app.domain.delivery.message_statuses import (
    OPEN_BLAST_STATUSES,
    MessageDirection,
    ScheduledBlastStatus,
)

messages_c, attempts_c = messages.c, attempts.c
REAL_CARRIER = "twilio"


def load_installation() -> Installation:
    """Return the one row, past what the session has loaded."""
    return db.session.get_one(Installation, 1, populate_existing=True)


def build_record(row: Installation) -> InstallationRecord:
    """Return what the database says about itself."""
    return InstallationRecord(row.installation_id, row.machine, row.path, row.armed_count)


def load_installation_use(carrier: str) -> InstallationUse:
    """Return what was ever queued or scheduled here; the program runs on `carrier` now."""
    is_outbound = messages_c.direction == MessageDirection.OUTBOUND
    is_real_text = messages_c.carrier == REAL_CARRIER
    is_real_blast = ScheduledMessage.carrier == REAL_CARRIER
    has_texts, has_blasts, has_real_texts, has_real_blasts = db.session.execute(
        select(
            exists().where(is_outbound),
            exists(select(ScheduledMessage.id)),
            exists().where(is_outbound, is_real_text),
            exists().where(is_real_blast),
        )
    ).one()
    return InstallationUse(
        bool(has_texts or has_blasts),
        bool(has_real_texts or has_real_blasts),
        carrier == REAL_CARRIER,
    )


def has_attempts(carrier: str) -> bool:
    """Whether a text was ever handed to this carrier."""
    of_carrier = exists(
        select(attempts_c.id)
        .join(messages, messages_c.id == attempts_c.message_id)
        .where(messages_c.carrier == carrier)
    )
    return bool(db.session.scalar(select(of_carrier)))


def find_database_moment(carrier: str) -> datetime | None:
    """Return the moment of the newest attempt: whatever left later is not known here.

    Without an attempt, when the oldest text or blast of this carrier was made; None without any.
    """
    newest = (
        select(attempts_c.started_at)
        .join(messages, messages_c.id == attempts_c.message_id)
        .where(messages_c.carrier == carrier)
        .order_by(attempts_c.id.desc())
        .limit(1)
    )
    moment: datetime | None = db.session.scalar(newest)
    if moment is not None:
        return moment
    first_blast = db.session.scalar(
        select(func.min(ScheduledMessage.created_at)).where(ScheduledMessage.carrier == carrier)
    )
    first_text = db.session.scalar(
        select(func.min(messages_c.created_at)).where(
            messages_c.carrier == carrier, messages_c.direction == MessageDirection.OUTBOUND
        )
    )
    return min(filter(None, (first_blast, first_text)), default=None)


def find_unknown_texts(
    carrier: str, listed: Sequence[CarrierMessage], clock_skew: timedelta, moment: datetime
) -> list[CarrierMessage]:
    """Return the texts of ours on a page of the carrier's list that left after `moment`, unknown
    here.

    A text that an attempt without an answer may have sent is known: it is looked up.
    """
    own_texts = list(filter(is_own_text, listed))
    known_sids = find_known_sids(own_texts)
    unknown = []
    for text in own_texts:
        is_new = text.sid not in known_sids and is_later_than(text.created_at, moment, clock_skew)
        if is_new and not _is_explained(carrier, text):
            unknown.append(text)
    return unknown


def is_own_text(text: CarrierMessage) -> bool:
    """Whether a program sent it through the API, from the sender that we use."""
    return text.direction == API_DIRECTION and current_settings().sender in text.senders


def _is_explained(carrier: str, text: CarrierMessage) -> bool:
    doubts = list_uncertain_attempts(carrier, text.to)
    return any(is_same_body(text.body, doubt.body) for doubt in doubts)


def find_held_blast_ids(carrier: str, moment: datetime) -> list[int]:
    """Return the blasts that wait, are due at `moment` and may have gone out already."""
    waiting = select(ScheduledMessage.id).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.carrier == carrier,
        ScheduledMessage.scheduled_at <= moment,
    )
    return list(db.session.scalars(waiting.order_by(ScheduledMessage.scheduled_at)))


def build_waiting_count(carrier: str) -> ColumnElement[int]:
    """Build a column for a SELECT: how many blasts for this carrier have not ended."""
    pending = select(func.count()).where(
        ScheduledMessage.carrier == carrier,
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
    )
    running = select(func.count()).where(
        MessageLog.carrier == carrier, MessageLog.status.in_(OPEN_BLAST_STATUSES)
    )
    return pending.scalar_subquery() + running.scalar_subquery()
