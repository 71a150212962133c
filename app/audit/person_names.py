"""The names of people who were deleted, in the details of audit rows, and erasing them.

A row holds names and keyed hashes of their numbers, so that it can be found when one of these
people asks to be erased. It never holds a number.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from app.audit.models import AuditEvent
from app.core.db import db
from app.core.settings import current_settings
from app.domain.phones.phone_erasure import PhoneErasure, hash_phone

ERASED_NAMES = "erased"
# A row names so many people; the others are counted.
MAX_NAMES = 20
NAMELESS_PERSON = "somebody without a name, number ending in {}"


def build_name_details(people: Sequence[tuple[str | None, str]]) -> dict[str, Any]:
    """Return the details that say who these people, (name, phone), were; {} without any."""
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
        db.session.execute(update(AuditEvent).where(AuditEvent.id == row.id).values(values))
    return {"audit_events": len(rows)} if rows else {}
