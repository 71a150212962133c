"""Texts of the demo data, which no carrier has ever seen. Inside write()."""

from datetime import datetime

from sqlalchemy import insert

from app.core.db import db
from app.delivery.models import messages
from app.domain.texts.segments import measure_segments


def create_demo_inbound_message(phone: str, body: str, moment: datetime) -> int:
    """Store a text from this phone that came in at `moment`, and return its id."""
    return _insert_message(
        phone, body, moment, direction="inbound", kind="inbound", status="received"
    )


def create_demo_reply(phone: str, body: str, moment: datetime) -> int:
    """Store a reply to this phone that was delivered at `moment`, and return its id."""
    return _insert_message(
        phone,
        body,
        moment,
        direction="outbound",
        kind="reply",
        status="delivered",
        delivered_at=moment,
    )


def _insert_message(phone: str, body: str, moment: datetime, **values: object) -> int:
    size = measure_segments(body)
    statement = insert(messages).values(
        phone=phone,
        body=body,
        segments=size.segments,
        encoding=size.encoding.value,
        created_at=moment,
        **values,
    )
    return int(db.session.scalar(statement.returning(messages.c.id)) or 0)
