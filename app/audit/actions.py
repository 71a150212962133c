"""Writes the audit log: what a person does is one transaction with one audit row."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import insert

from app.audit.models import AuditEvent
from app.core.db import db, write

# The widths of the columns.
MAX_ABOUT_LENGTH = 200
MAX_IP_LENGTH = 45


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


def record_automatic_event(verb: str, who: str, about: str, details: dict[str, Any]) -> None:
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
