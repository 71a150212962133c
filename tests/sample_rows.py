"""Creates sample rows for tests. Call these functions inside an app context."""

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import write
from app.delivery.models import Message
from app.inbox.actions import thread_updates
from app.inbox.actions.thread_updates import StoredText
from app.suppression.models import (
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)

AREA_CODES = [303, 720, 212, 415, 202, 312, 213, 206, 617, 713]


def add_member(phone, name=None):
    """Insert a community member and return the row."""
    with write() as session:
        session.add(row := CommunityMember(name=name, phone=phone))
    return row


def add_members(count, start=0):
    """Insert `count` members with different names and made-up phones."""
    with write() as session:
        session.add_all(
            CommunityMember(name=f"Person {n:06}", phone=make_phone(n))
            for n in range(start, start + count)
        )


def make_phone(n):
    """Return the n-th made-up US phone; the first thousand are 555-01xx numbers."""
    if n >= 100 * len(AREA_CODES):
        return f"+1303{4000000 + n}"
    return f"+1{AREA_CODES[n // 100]}55501{n % 100:02}"


def add_opt_out(phone):
    """Insert an opt-out that the person texted."""
    with write() as session:
        session.add(UnsubscribedContact(phone=phone, source="inbound", reason="Texted STOP"))


def add_dead_number(phone, category=SuppressionCategory.HARD_FAIL):
    """Insert a phone that cannot be delivered to."""
    with write() as session:
        session.add(SuppressedContact(phone=phone, category=category))


def add_inbound_text(phone, body, *, needs_reply=True, why=None, at=None, media=None):
    """Insert a text that came in, with its thread; return the thread's id."""
    at = at or now()
    row = {
        "direction": "inbound",
        "kind": "inbound",
        "status": "received",
        "phone": phone,
        "body": body,
    }
    with write() as session:
        session.add(message := Message(**row, sender="+13035550100", created_at=at, media=media))
        session.flush()
        thread_updates.record_inbound_text(
            phone,
            [text := StoredText(message.id, body)],
            at,
            needs_reply=needs_reply,
            reason=why,
        )
        thread_updates.index_texts_for_search([text])
        return thread_updates.get_or_create_thread(phone, at)
