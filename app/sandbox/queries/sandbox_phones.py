"""Lists of phones, a page full at a time: each with its mood and its newest text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.clock import now
from app.core.db import db
from app.delivery.carriers.sandbox_models import (
    PhoneBehaviour,
    SandboxMessage,
    SandboxPhone,
)
from app.delivery.carriers.sandbox_payloads import has_picture
from app.domain.phones.phone_number import extract_digits
from app.events.queries.contact_names import find_display_names

MAX_RECENT_PHONES, MAX_SCANNED_TEXTS = 10, 500


@dataclass(frozen=True)
class SandboxPhoneRow:
    """A phone in a list. `last` is its newest text, "" when there was none."""

    phone: str
    name: str | None
    mood: PhoneBehaviour
    latest_body: str
    latest_at: datetime | None

    @property
    def digits(self) -> str:
        """The number as it stands in the address."""
        return self.phone[1:]


def list_phone_rows(people: Sequence[tuple[str, str | None]]) -> list[SandboxPhoneRow]:
    """These phones (number and name)."""
    phones = [phone for phone, _ in people]
    here = SandboxMessage.phone.in_(phones), SandboxMessage.created_at <= now()
    newest = select(func.max(SandboxMessage.id)).where(*here).group_by(SandboxMessage.phone)
    texts = {
        text.phone: text
        for text in db.session.scalars(select(SandboxMessage).where(SandboxMessage.id.in_(newest)))
    }
    asked = select(SandboxPhone.phone, SandboxPhone.mood).where(SandboxPhone.phone.in_(phones))
    moods = {phone: mood for phone, mood in db.session.execute(asked)}
    return [
        _build_phone_row(phone, name, moods.get(phone, PhoneBehaviour.WORKING), texts.get(phone))
        for phone, name in people
    ]


def _build_phone_row(
    phone: str, name: str | None, mood: PhoneBehaviour, text: SandboxMessage | None
) -> SandboxPhoneRow:
    return SandboxPhoneRow(
        phone,
        name,
        mood,
        format_text_body(text) if text else "",
        text.created_at if text else None,
    )


def format_text_body(text: SandboxMessage) -> str:
    """What a phone shows of a text; a picture is only named."""
    picture = "(a picture)" if has_picture(text.sid) else ""
    return "\n".join(filter(None, [text.body, picture]))


def list_recent_phones(search: str) -> list[SandboxPhoneRow]:
    """The phones that got or wrote something last, the newest first.

    Digits in `search` narrow them, letters empty it.

    Of a whole blast only the last RECENT are looked for, among the last LOOKED_AT texts.
    """
    digits = extract_digits(search).lstrip("0")
    if search and not digits:
        return []
    texts = select(SandboxMessage.phone, SandboxMessage.id).where(
        SandboxMessage.created_at <= now()
    )
    texts = texts.order_by(SandboxMessage.id.desc()).limit(MAX_SCANNED_TEXTS)
    some = (texts.where(SandboxMessage.phone.contains(digits)) if digits else texts).subquery()
    latest = (
        select(some.c.phone)
        .group_by(some.c.phone)
        .order_by(func.max(some.c.id).desc())
        .limit(MAX_RECENT_PHONES)
    )
    phones = list(db.session.scalars(latest))
    names = find_display_names(phones)
    return list_phone_rows([(phone, names.get(phone)) for phone in phones])


def get_phone_behaviour(phone: str) -> PhoneBehaviour:
    """How the phone behaves."""
    return (
        db.session.scalar(select(SandboxPhone.mood).where(SandboxPhone.phone == phone))
        or PhoneBehaviour.WORKING
    )


def count_changed_phones() -> int:
    """How many phones do not simply work."""
    return (
        db.session.scalar(select(func.count()).where(SandboxPhone.mood != PhoneBehaviour.WORKING))
        or 0
    )
