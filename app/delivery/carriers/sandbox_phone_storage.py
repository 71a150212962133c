"""The sandbox's phones: how each behaves, and what it got and wrote."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.core.clock import now
from app.core.db import db, execute_and_count_rows
from app.core.fetched_rows import count_rows
from app.delivery.carriers.sandbox_models import PhoneBehaviour, SandboxMessage, SandboxPhone
from app.domain.phones.phone_erasure import PhoneErasure

MAX_RECENT_PHONES = 10
# Of a large blast only the last texts are read to find the phones with the newest ones.
MAX_SCANNED_TEXTS = 500
SILENT_BEHAVIOURS = (
    PhoneBehaviour.UNREACHABLE,
    PhoneBehaviour.LANDLINE,
    PhoneBehaviour.REFUSED,
)


def get_phone_behaviour(phone: str) -> PhoneBehaviour:
    """Return how this phone behaves; a phone without a row is working."""
    statement = select(SandboxPhone.mood).where(SandboxPhone.phone == phone)
    return db.session.scalar(statement) or PhoneBehaviour.WORKING


def find_phone_behaviours(phones: Iterable[str]) -> dict[str, PhoneBehaviour]:
    """Return the behaviour of each of these phones that has one of its own."""
    statement = select(SandboxPhone.phone, SandboxPhone.mood)
    rows = db.session.execute(statement.where(SandboxPhone.phone.in_(set(phones))))
    return dict(rows.all())


def count_changed_phones() -> int:
    """Return how many phones do not simply work."""
    return count_rows(SandboxPhone, SandboxPhone.mood != PhoneBehaviour.WORKING)


def select_silent_phones() -> Select[str]:
    """Select the phones that cannot write a text."""
    return select(SandboxPhone.phone).where(SandboxPhone.mood.in_(SILENT_BEHAVIOURS))


def set_phone_behaviour(phone: str, behaviour: PhoneBehaviour) -> None:
    """Store how this phone behaves from now on. Inside write()."""
    values = {"mood": behaviour, "updated_at": now()}
    statement = upsert(SandboxPhone).values({"phone": phone} | values)
    db.session.execute(statement.on_conflict_do_update(["phone"], set_=values))


def reset_phone_behaviours() -> int:
    """Let every phone work again and return how many did not. Inside write()."""
    statement = delete(SandboxPhone).where(SandboxPhone.mood != PhoneBehaviour.WORKING)
    return execute_and_count_rows(statement)


def store_phone_texts(rows: Sequence[dict[str, Any]]) -> None:
    """Store texts of phones; each is posted to the inbound webhook when its `next_at` has come.

    Inside write().
    """
    db.session.execute(insert(SandboxMessage), rows)


def list_phone_texts_newest_first(phone: str, limit: int) -> Sequence[SandboxMessage]:
    """Return what this phone got and wrote up to now."""
    statement = select(SandboxMessage).where(
        SandboxMessage.phone == phone, SandboxMessage.created_at <= now()
    )
    return db.session.scalars(statement.order_by(SandboxMessage.id.desc()).limit(limit)).all()


def find_latest_texts(phones: Sequence[str]) -> dict[str, SandboxMessage]:
    """Return the newest text of each of these phones that has one."""
    latest_ids = (
        select(func.max(SandboxMessage.id))
        .where(SandboxMessage.phone.in_(phones), SandboxMessage.created_at <= now())
        .group_by(SandboxMessage.phone)
    )
    texts = db.session.scalars(select(SandboxMessage).where(SandboxMessage.id.in_(latest_ids)))
    return {text.phone: text for text in texts}


def list_phones_by_latest_text(digits: str) -> list[str]:
    """Return the phones with the newest texts, whose number contains `digits`, the newest first.

    At most MAX_RECENT_PHONES, among the last MAX_SCANNED_TEXTS texts.
    """
    statement = select(SandboxMessage.phone, SandboxMessage.id).where(
        SandboxMessage.created_at <= now()
    )
    statement = statement.order_by(SandboxMessage.id.desc()).limit(MAX_SCANNED_TEXTS)
    if digits:
        statement = statement.where(SandboxMessage.phone.contains(digits))
    texts = statement.subquery()
    phones = select(texts.c.phone).group_by(texts.c.phone)
    return list(
        db.session.scalars(phones.order_by(func.max(texts.c.id).desc()).limit(MAX_RECENT_PHONES))
    )


def find_phones_with_texts(phones: Sequence[str]) -> set[str]:
    """Return those of these phones that have got or written a text."""
    statement = select(SandboxMessage.phone).where(SandboxMessage.phone.in_(phones))
    return set(db.session.scalars(statement))


def count_pending_replies() -> int:
    """Return how many texts phones will write later than now."""
    row = SandboxMessage
    return count_rows(row, row.next_at > now(), row.created_at > now())


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete this phone and its texts and return how many rows, by table. Inside write()."""
    texts = delete(SandboxMessage).where(SandboxMessage.phone == erasure.phone)
    phones = delete(SandboxPhone).where(SandboxPhone.phone == erasure.phone)
    return {
        "sandbox_messages": execute_and_count_rows(texts),
        "sandbox_phones": execute_and_count_rows(phones),
    }
