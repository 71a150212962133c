"""A moment that goes straight to SQLite is written as a column writes it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from app.delivery.models import Message
from app.kit.columns import stored
from app.kit.db import db, driver, write

FAR_EAST = timezone(timedelta(hours=14))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 5, 8, 20, 45, tzinfo=UTC),
        datetime(2026, 5, 8, 20, 45, 1, 1, tzinfo=UTC),
        datetime(2026, 5, 8, 20, 45, 1, 999_999, tzinfo=FAR_EAST),
    ],
)
def test_it_is_the_same_in_the_file_and_read_back(shop, moment):
    row = {"kind": "reply", "phone": "+13035550142", "body": "Hi", "status": "queued"}
    with write() as session:
        session.add(Message(**row, created_at=moment))
        session.flush()
        driver().execute("UPDATE messages SET sent_at = ?", (stored(moment),))
    assert db.session.execute(text("SELECT created_at = sent_at FROM messages")).scalar() == 1
    assert db.session.scalar(db.select(Message.sent_at)) == moment
