"""What blasts are called, for pages that name many of them."""

from collections.abc import Collection

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_labels import format_blast_title


def find_sent_blast_names(log_ids: Collection[int]) -> dict[int, str]:
    """Return what these sent blasts are called by id; a deleted one is missing."""
    log = MessageLog
    statement = select(log.id, log.message_body, log.event_title, log.name)
    rows = db.session.execute(statement.where(log.id.in_(log_ids)))
    return {row[0]: format_blast_title(row[1], row[2], row[3]) for row in rows}


def find_scheduled_blast_names(scheduled_ids: Collection[int]) -> dict[int, str]:
    """Return what these scheduled blasts are called by id; a deleted one is missing."""
    blast = ScheduledMessage
    statement = select(blast.id, blast.message_body, blast.name)
    rows = db.session.execute(statement.where(blast.id.in_(scheduled_ids)))
    return {row[0]: format_blast_title(row[1], None, row[2]) for row in rows}


def list_newest_blast_names(limit: int) -> list[tuple[int, str]]:
    """Return (id, name) of the newest blasts that were sent, tests aside."""
    log = MessageLog
    statement = select(log.id, log.message_body, log.event_title, log.name)
    statement = statement.where(log.test_mode.is_(False)).order_by(log.id.desc()).limit(limit)
    rows = db.session.execute(statement)
    return [(row[0], format_blast_title(row[1], row[2], row[3])) for row in rows]
