"""Writes the audit log: what a person does is one transaction with one audit row."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import insert, select

from app.audit.models import AuditEvent
from app.core.db import db, update_row, write
from app.core.settings import current_settings
from app.domain.phones.named_phones import NamedPhone
from app.domain.phones.phone_erasure import PhoneErasure, hash_phone

# The widths of the columns.
MAX_ABOUT_LENGTH = 200
MAX_IP_LENGTH = 45
ERASED_NAMES = "erased"
# A row names so many people, and their ids; the others are counted.
MAX_NAMES = 20
NAMELESS_PERSON = "a person without a name, number ending in {}"


class AuditEntry:
    """What an action was about; the action fills it in.

    It holds ids and plain words, never a phone number, a text's body or a secret.
    """

    def __init__(self) -> None:
        self.about: str | None = None
        self.details: dict[str, Any] = {}


@contextmanager
def audited_write(verb: str, who: str) -> Iterator[AuditEntry]:
    """Open write(), and insert an audit row of `verb` by the user `who` in its transaction.

    Raises WriteLockTimeout and UniqueViolation, as write() does.
    """
    entry = AuditEntry()
    with write() as session:
        yield entry
        session.add(_build_audit_event(verb, who, entry))


def record_automatic_event(
    verb: str,
    who: str,
    about: str,
    details: dict[str, Any],
) -> None:
    """Insert an audit row of what the program did by itself, without an address or request id.

    Call it inside the write() that does it.
    """
    row = {
        "verb": verb,
        "who": who,
        "about": about,
        "details": json.dumps(details, ensure_ascii=False),
    }
    db.session.execute(insert(AuditEvent).values(row))


def _build_audit_event(verb: str, who: str, entry: AuditEntry) -> AuditEvent:
    event = AuditEvent(verb=verb, who=who)
    if entry.about is not None:
        event.about = str(entry.about)[:MAX_ABOUT_LENGTH]
    if entry.details:
        event.details = json.dumps(entry.details, ensure_ascii=False, default=str)
    # Command line tools write audit rows as well, outside any request.
    if has_request_context():
        event.client_ip = (request.remote_addr or "")[:MAX_IP_LENGTH]
        event.request_id = g.get("request_id")
    return event


def format_ids(ids: Sequence[int]) -> str:
    """Return the `about` of an action on many rows: the first ids, and how many more there are.

    They are whole, and the same people as the names in the details.
    """
    text = ", ".join(map(str, ids[:MAX_NAMES]))
    if len(ids) > MAX_NAMES:
        text += f" and {len(ids) - MAX_NAMES:,} more"
    return text


def build_name_details(people: Sequence[NamedPhone]) -> dict[str, Any]:
    """Return the details that say who these people, (name, phone), were; {} without any.

    They hold names, and keyed hashes of the numbers, so that the row is found when one of these
    people asks to be erased. They never hold a number.
    """
    if not people:
        return {}
    names = [name or NAMELESS_PERSON.format(phone[-4:]) for name, phone in people[:MAX_NAMES]]
    if len(people) > MAX_NAMES:
        names.append(f"{len(people) - MAX_NAMES:,} more")
    key = current_settings().erasure_key
    hashes = [hash_phone(key, phone) for _, phone in people[:MAX_NAMES]]
    return {"names": ", ".join(names), "hashes": hashes}


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Erase the names of the rows that name this person; return how many, by table.

    Inside write(). Reads every row: nobody is erased often, and no row has a phone to look for.
    """
    phone_hash = hash_phone(current_settings().erasure_key, erasure.phone)
    statement = select(AuditEvent.id, AuditEvent.details).where(
        AuditEvent.details.contains(phone_hash, autoescape=True)
    )
    rows = db.session.execute(statement).all()
    for row in rows:
        details = json.loads(row.details) | {"names": ERASED_NAMES, "hashes": []}
        values = {"details": json.dumps(details, ensure_ascii=False)}
        update_row(AuditEvent, row.id, values)
    return {"audit_events": len(rows)} if rows else {}
