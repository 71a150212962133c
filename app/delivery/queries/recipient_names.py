"""The names under which numbers were texted."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.delivery.models import Message


def find_latest_contact_name(phone: str) -> str | None:
    """Return the name under which a number was last texted."""
    named = select(Message.name).where(Message.phone == phone, Message.name.is_not(None))
    return db.session.scalar(named.order_by(Message.id.desc()).limit(1))


def find_latest_contact_names(phones: Sequence[str]) -> dict[str, str]:
    """Return the names under which those of `phones` were last texted that ever had one."""
    phone = build_listed_column(phones)
    newest_name = (
        select(Message.name)
        .where(Message.phone == phone, Message.name.is_not(None))
        .order_by(Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(select(phone, newest_name))
    return {row[0]: row[1] for row in rows if row[1]}
