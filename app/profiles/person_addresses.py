"""The address of the page of one person: it holds no number."""

import re
from collections.abc import Iterable

from flask import g, url_for

from app.domain.phones.phone_renumbering import canonicalize_phone
from app.profiles.queries.person_lookup import (
    PersonProfile,
    find_person_by_public_id,
    find_person_of_phone,
    find_public_ids,
)

# A number has at most 15 digits, so that none can be taken for a public id.
PUBLIC_ID_PATTERN = re.compile(r"[0-9a-f]{16}")
E164_DIGITS_PATTERN = re.compile(r"[1-9][0-9]{6,14}")


def is_public_id(text: str) -> bool:
    """Whether an address names a person by their public id, as all of today do."""
    return PUBLIC_ID_PATTERN.fullmatch(text) is not None


def parse_phone_digits(text: str) -> str | None:
    """Return the number whose E.164 digits an address of before has, or None."""
    if not E164_DIGITS_PATTERN.fullmatch(text):
        return None
    return canonicalize_phone(f"+{text}")


def find_addressed_person(text: str) -> PersonProfile | None:
    """Return the person of an address: of a public id, or of the digits of a number."""
    if is_public_id(text):
        person = find_person_by_public_id(text)
    else:
        phone = parse_phone_digits(text)
        person = find_person_of_phone(phone) if phone else None
    return person if person and person.phones else None


def find_addressed_phone(text: str, named_phone: str = "") -> str | None:
    """Return the number that a form is about: the one that it names, else the person's first.

    A form of before names a number in its address, which nobody has to have.
    """
    if not is_public_id(text):
        return parse_phone_digits(text)
    person = find_addressed_person(text)
    if person is None:
        return None
    phones = person.numbers
    return named_phone if named_phone in phones else phones[0]


def load_public_ids(phones: Iterable[str]) -> None:
    """Read, in one statement, the public ids of these numbers for the page that is built.

    A list calls it with its numbers. Without it each link would ask for its own.
    """
    public_ids_by_phone = _get_known_public_ids()
    missing = {phone for phone in phones if phone.startswith("+")} - public_ids_by_phone.keys()
    if missing:
        # No public id is known too: a number without a person is asked for once.
        public_ids_by_phone.update(dict.fromkeys(missing, ""))
        public_ids_by_phone.update(find_public_ids(missing))


def remember_public_ids(public_ids: Iterable[tuple[str, str | None]]) -> None:
    """Keep (number, public id) for the page that is built: its own statement has read them."""
    _get_known_public_ids().update((phone, id_ or "") for phone, id_ in public_ids)


def get_public_id(phone: str) -> str:
    """Return the public id of the person with this number; "" for an erased or unknown one."""
    load_public_ids([phone])
    return _get_known_public_ids().get(phone, "")


def build_person_url(phone: str) -> str:
    """Return the address of the page of the person with this number; "" when there is none."""
    public_id = get_public_id(phone)
    return url_for("people.show_person", public_id=public_id) if public_id else ""


def _get_known_public_ids() -> dict[str, str]:
    """Return number to public id, as this request has read them."""
    if "public_ids" not in g:
        g.public_ids = {}
    public_ids_by_phone: dict[str, str] = g.public_ids
    return public_ids_by_phone
