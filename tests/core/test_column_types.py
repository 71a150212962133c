"""Values that prepared statements pass to SQLite are stored as the column types store them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import OperationalError

from app.core.column_types import datetime_from_db, datetime_to_db
from app.core.db import db, write
from app.core.prepared_statements import PreparedStatement
from app.delivery.models import Message

ZOE = "+13035550142"
FAR_EAST = timezone(timedelta(hours=14))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 5, 8, 20, 45, tzinfo=UTC),
        datetime(2026, 5, 8, 20, 45, 1, 1, tzinfo=UTC),
        datetime(2026, 5, 8, 20, 45, 1, 999_999, tzinfo=FAR_EAST),
    ],
)
def test_a_moment_is_stored_the_same_by_the_orm_and_by_sql_text(shop, moment):
    row = {"kind": "reply", "phone": ZOE, "body": "Hi", "status": "queued"}
    set_sent_at = PreparedStatement("UPDATE messages SET sent_at = :moment")
    with write() as session:
        session.add(Message(**row, created_at=moment))
        session.flush()
        set_sent_at.execute(moment=moment)
    assert db.session.execute(text("SELECT created_at = sent_at FROM messages")).scalar() == 1
    assert db.session.scalar(db.select(Message.sent_at)) == moment
    assert datetime_from_db(datetime_to_db(moment)) == moment
    assert datetime_from_db(None) is None


def test_rows_as_json_are_those_of_the_select_in_its_order(shop):
    bodies = ['Zoë says "hi"', "line\nbreak \x01", "\N{GRINNING FACE}\\"]
    row = {"kind": "reply", "phone": ZOE, "status": "queued"}
    newest = (
        select(Message.id, Message.body, Message.sent_at)
        .where(Message.phone == bindparam("phone"))
        .order_by(Message.id.desc())
        .limit(bindparam("limit"))
    )
    statement = PreparedStatement.as_json(newest)
    with write() as session:
        session.add_all(Message(**row, body=body) for body in ["left out", *bodies])
        session.flush()
        rows = statement.fetch_json(phone=ZOE, limit=3)
        assert statement.fetch_json(phone="+13035550143", limit=3) == []
    assert [body for _, body, _ in rows] == bodies[::-1]
    assert {sent_at for _, _, sent_at in rows} == {None}


def test_an_error_below_sqlalchemy_is_raised_as_sqlalchemys(shop):
    """A full disk in a prepared statement is handled like a full disk in a commit."""
    with pytest.raises(OperationalError, match="no such table"), write():
        PreparedStatement("SELECT * FROM nowhere").fetch_rows()
