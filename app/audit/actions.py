"""One human act is one write section with one audit row."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import insert

from app.audit.models import AuditEvent
from app.core.db import db, write


class AuditEntry:
    """What the act was about; fill it in while acting.

    Ids and plain words, never a phone number, body or secret.
    """

    def __init__(self) -> None:
        self.about: str | None = None
        self.details: dict[str, Any] = {}


@contextmanager
def audited_write(verb: str, who: str) -> Iterator[AuditEntry]:
    """Open `write()`, and leave an audit row of `verb` by `who` in the same transaction.

    Raises Busy and Taken.
    """
    trace = AuditEntry()
    with write() as session:
        yield trace
        session.add(_build_audit_event(verb, who, trace))


def record_automatic_event(verb: str, who: str, about: str, details: dict[str, Any]) -> None:
    """An audit row of what the program did by itself, inside the write() in which it did it.

    It came from nowhere.
    """
    row = {
        "verb": verb,
        "who": who,
        "about": about,
        "details": json.dumps(details, ensure_ascii=False),
    }
    db.session.execute(insert(AuditEvent).values(row))


def _build_audit_event(verb: str, who: str, trace: AuditEntry) -> AuditEvent:
    inside = has_request_context()
    return AuditEvent(
        verb=verb,
        who=who,
        about=str(trace.about)[:200] if trace.about is not None else None,
        details=json.dumps(trace.details, ensure_ascii=False, default=str)
        if trace.details
        else None,
        client_ip=(request.remote_addr or "")[:45] if inside else None,
        request_id=g.get("request_id") if inside else None,
    )
