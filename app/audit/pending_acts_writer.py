"""Writes refused acts and looks at people, which wait in memory, every few seconds."""

import json
import logging
import threading
from typing import Any

from flask import Flask, current_app

from app.audit.actions import build_people_column, insert_audit_row
from app.audit.chain_queries import has_recent_look
from app.audit.pending_acts import (
    LOOK_INTERVAL,
    SEEN_VERB,
    PendingRefusal,
    get_pending_acts,
)
from app.core.clock import now
from app.core.database_errors import DATABASE_ERRORS
from app.core.db import db, write

log = logging.getLogger(__name__)
WRITE_SECONDS = 5.0


def write_pending_acts() -> int:
    """Write what is due in one transaction; return how many rows. Opens its own write()."""
    refusals, looks = get_pending_acts(current_app).take_due()
    if not refusals and not looks:
        return 0
    db.session.rollback()
    with write():
        rows = [_build_refusal_row(refusal) for refusal in refusals]
        for look in looks:
            columns = build_people_column(look.people)
            user_id, since = look.values["user_id"], now() - LOOK_INTERVAL
            # Another process, or this one before it was started again, may have written it.
            if not has_recent_look(SEEN_VERB, user_id, columns["hashes"][0], since):
                details = json.dumps({"page": look.page})
                rows.append({**look.values, **columns, "details": details})
        for row in rows:
            insert_audit_row(row)
    return len(rows)


def _build_refusal_row(refusal: PendingRefusal) -> dict[str, Any]:
    details = dict(refusal.details)
    if refusal.count > 1:
        details["times"] = refusal.count
    return {**refusal.values, "details": json.dumps(details, ensure_ascii=False, default=str)}


class PendingActsWriter:
    """The thread of a serving process that writes them. It sleeps while there is nothing."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._pending = get_pending_acts(app)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)

    def start(self) -> None:
        """Start the thread; call it once."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end the thread."""
        self._stopping.set()
        self._pending.news.set()
        self._thread.join(WRITE_SECONDS)
        self._write()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._pending.news.wait()
            self._pending.news.clear()
            while self._pending.has_some and not self._stopping.wait(WRITE_SECONDS):
                self._write()

    def _write(self) -> None:
        with self.app.app_context():
            try:
                write_pending_acts()
            except DATABASE_ERRORS:
                log.warning("refused acts were not written: the database could not be written")
