"""The names under which numbers were texted."""

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import Message


def find_latest_contact_name(phone: str) -> str | None:
    """The name under which we last texted a number."""
    named = select(Message.name).where(Message.phone == phone, Message.name.is_not(None))
    return db.session.scalar(named.order_by(Message.id.desc()).limit(1))
