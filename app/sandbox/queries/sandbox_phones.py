"""Lists of sandbox phones: each with its behaviour and its newest text."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.delivery.carriers.sandbox_models import PhoneBehaviour, SandboxMessage
from app.delivery.carriers.sandbox_payloads import has_picture
from app.delivery.carriers.sandbox_phone_storage import (
    find_latest_texts,
    find_phone_behaviours,
    find_phones_with_texts,
    list_phones_by_latest_text,
)
from app.domain.phones.phone_number import extract_digits
from app.events.queries.contact_names import find_display_names

# Other areas than those of the sample people; 555-0100 to 555-0199 is reserved for fiction in
# each area (https://en.wikipedia.org/wiki/555_(telephone_number)).
FICTIONAL_AREA_CODES = ("206", "404", "503", "612", "617", "713")
CANDIDATE_COUNT = 40


@dataclass(frozen=True)
class SandboxPhoneRow:
    """A phone in a list. `latest_body` is its newest text, "" when there is none."""

    phone: str
    name: str | None
    mood: PhoneBehaviour
    latest_body: str
    latest_at: datetime | None

    @property
    def digits(self) -> str:
        """The number as it stands in the address."""
        return self.phone[1:]


def list_phone_rows(contacts: Sequence[tuple[str, str | None]]) -> list[SandboxPhoneRow]:
    """Return the rows of these phones (number and name), in this order."""
    phones = [phone for phone, _ in contacts]
    texts = find_latest_texts(phones)
    behaviours = find_phone_behaviours(phones)
    rows = []
    for phone, name in contacts:
        behaviour = behaviours.get(phone, PhoneBehaviour.WORKING)
        rows.append(_build_phone_row(phone, name, behaviour, texts.get(phone)))
    return rows


def _build_phone_row(
    phone: str, name: str | None, behaviour: PhoneBehaviour, text: SandboxMessage | None
) -> SandboxPhoneRow:
    if text is None:
        return SandboxPhoneRow(phone, name, behaviour, "", None)
    return SandboxPhoneRow(phone, name, behaviour, format_text_body(text), text.created_at)


def format_text_body(text: SandboxMessage) -> str:
    """Return what a phone shows of a text; a picture is only named."""
    picture = "(a picture)" if has_picture(text.sid) else ""
    return "\n".join(filter(None, [text.body, picture]))


def list_recent_phones(search: str) -> list[SandboxPhoneRow]:
    """Return the phones that got or wrote something last, the newest first.

    Digits in `search` narrow them; a search of letters alone finds none.
    """
    digits = extract_digits(search).lstrip("0")
    if search and not digits:
        return []
    phones = list_phones_by_latest_text(digits)
    names = find_display_names(phones)
    return list_phone_rows([(phone, names.get(phone)) for phone in phones])


def generate_unknown_number() -> str:
    """Return a fictional number that is on no list and has written nothing yet."""
    numbers = random.sample(range(100), CANDIDATE_COUNT)
    phones = [f"+1{random.choice(FICTIONAL_AREA_CODES)}55501{number:02}" for number in numbers]
    used_phones = {*find_display_names(phones), *find_phones_with_texts(phones)}
    for phone in phones:
        if phone not in used_phones:
            return phone
    return phones[0]
