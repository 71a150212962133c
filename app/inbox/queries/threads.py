"""One thread."""

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import Message
from app.delivery.queries.recipient_names import find_latest_contact_name
from app.domain.delivery.message_statuses import MessageDirection
from app.events.queries.contact_names import find_display_names
from app.inbox.models import Thread


def find_thread(thread_id: int) -> Thread | None:
    """The thread with this id, as it is now."""
    return db.session.get(Thread, thread_id, populate_existing=True)


def find_thread_by_phone(phone: str) -> Thread | None:
    """The thread with this number."""
    return db.session.scalar(select(Thread).where(Thread.phone == phone))


def find_last_inbound_id(phone: str) -> int | None:
    """The newest text from this number."""
    theirs = select(Message.id).where(
        Message.phone == phone, Message.direction == MessageDirection.INBOUND
    )
    return db.session.scalar(theirs.order_by(Message.id.desc()).limit(1))


def find_contact_name(phone: str) -> str | None:
    """As the lists call them, else as we last texted them."""
    return find_display_names([phone]).get(phone) or find_latest_contact_name(phone)
