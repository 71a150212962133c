"""Helpers of the tests of the calendar: rows of what is planned, and what a page shows."""

from datetime import UTC, datetime, timedelta

from lxml import html

from app.core.db import write
from app.delivery.scheduled_models import ScheduledMessage
from tests.series.helpers import DENVER


def add(app, *rows):
    """Insert rows; return the id of the last."""
    with app.app_context(), write() as session:
        session.add_all(rows)
        session.flush()
        return rows[-1].id


def make_blast(moment, body="Come on Sunday", **values):
    row = {"target": "community", "confirmed_count": 41, "timezone": DENVER} | values
    return ScheduledMessage(scheduled_at=moment, message_body=body, **row)


def in_denver(day, hour, minute=0):
    """A moment in winter, when Denver is seven hours behind."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) + timedelta(hours=7)


def find(page, path):
    """What an XPath finds in a page."""
    return html.document_fromstring(page.text.encode()).xpath(path)
