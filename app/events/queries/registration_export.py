"""The registrations of an event as rows of a file."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from app.core.db import db
from app.events.models import EventRegistration

EXPORT_BATCH_ROWS = 1_000
EXPORT_HEADINGS = ("name", "phone")
# Only once somebody is marked: a file of before holds what the importer reads.
ATTENDANCE_HEADING = "came"


def list_export_headings(event_id: int) -> Sequence[str]:
    """Return the headings of an event's file; who came is in it once anyone is marked."""
    row = EventRegistration
    is_marked = exists().where(row.event_id == event_id, row.attended_at.is_not(None))
    if not db.session.scalar(select(is_marked)):
        return EXPORT_HEADINGS
    return (*EXPORT_HEADINGS, ATTENDANCE_HEADING)


def fetch_registration_batch(
    event_id: int, width: int, after_id: int
) -> list[tuple[int, tuple[str | None, ...]]]:
    """Return the next registrations as (id, cells), in the order of ids.

    `width`: how many of name, phone and "yes" for those who came.
    """
    row = EventRegistration
    rows = (
        select(row.id, row.name, row.phone, row.attended_at)
        .where(row.event_id == event_id, row.id > after_id)
        .order_by(row.id)
        .limit(EXPORT_BATCH_ROWS)
    )
    lines: list[tuple[int, tuple[str | None, ...]]] = []
    for id_, name, phone, attended_at in db.session.execute(rows):
        cells = (name, phone, "yes" if attended_at else "")
        lines.append((id_, cells[:width]))
    return lines
