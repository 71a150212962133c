"""What goes straight to SQLite, and what comes straight from it, is what a column makes of it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import literal_column, select, text
from sqlalchemy.exc import OperationalError

from app.core.column_types import datetime_from_db, datetime_to_db
from app.core.db import compile_as_json, db, fetch_as_json, raw_connection, write
from app.delivery.models import Message

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
        raw_connection().execute("UPDATE messages SET sent_at = ?", (datetime_to_db(moment),))
    assert db.session.execute(text("SELECT created_at = sent_at FROM messages")).scalar() == 1
    assert db.session.scalar(db.select(Message.sent_at)) == moment
    assert datetime_from_db(datetime_to_db(moment)) == moment
    assert datetime_from_db(None) is None


def test_rows_in_one_step_are_those_of_the_select_in_its_order(shop):
    bodies = ['Zoë says "hi"', "line\nbreak \x01", "\N{GRINNING FACE}\\"]
    row = {"kind": "reply", "phone": "+13035550142", "status": "queued"}
    wanted = select(Message.id, Message.body, Message.sent_at).where(
        Message.phone == literal_column(":b_phone")
    )
    statement = compile_as_json(wanted.order_by(Message.id.desc()).limit(literal_column(":b_most")))
    with write() as session:
        session.add_all(Message(**row, body=body) for body in ["left out", *bodies])
        session.flush()
        found = fetch_as_json(statement, b_phone="+13035550142", b_most=3)
        assert fetch_as_json(statement, b_phone="+13035550143", b_most=3) == []
    assert [body for _, body, _ in found] == bodies[::-1]
    assert {sent for _, _, sent in found} == {None}


def test_trouble_below_sqlalchemy_is_said_in_its_words(shop):
    """A turn that meets a full disk in a plain statement is the same trouble as one that meets
    it in a commit.
    """
    with pytest.raises(OperationalError, match="no such table"), write():
        raw_connection().execute("SELECT * FROM nowhere")
