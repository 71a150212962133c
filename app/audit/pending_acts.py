"""Refused acts and looks at people: counted in memory, and written every few seconds.

Anybody can be refused by the hundred a second, and a look at a page must not wait for a disk.
Whatever is not written when the process is killed is lost: at most WRITE_SECONDS of it.
"""

import ipaddress
import json
import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, cast

from flask import Flask, current_app, g, request

from app.audit.actions import (
    MAX_ABOUT_LENGTH,
    MAX_IP_LENGTH,
    build_people_column,
    insert_audit_row,
)
from app.audit.chain_queries import has_recent_look
from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.database_errors import DATABASE_ERRORS
from app.core.db import db, write
from app.domain.phones.named_phones import NamedPhone

log = logging.getLogger(__name__)
EXTENSION_KEY = "pending_audit_acts"
WRITE_SECONDS = 5.0
# One row a minute for the same user or address, kind of refusal and page; the others are counted.
REFUSAL_SECONDS = 60.0
LOOK_INTERVAL = timedelta(hours=1)
MAX_PENDING = 1_000
MAX_REMEMBERED_LOOKS = 10_000
# Whoever is not signed in may fill so many rows an hour; what comes then is one row.
MAX_STRANGER_ROWS = 100
STRANGER_SECONDS = 3_600.0
OTHERS = "(others)"
SEEN_VERB = "person.seen"

RefusalKey = tuple[str, str, str]


@dataclass
class PendingRefusal:
    """A refusal that is not written yet, and how often it happened."""

    values: dict[str, Any]
    details: dict[str, Any]
    count: int = 1


@dataclass(frozen=True)
class PendingLook:
    """A look at a person that is not written yet."""

    values: dict[str, Any]
    page: str
    people: tuple[NamedPhone, ...]


@dataclass
class PendingActs:
    """What this process has not written yet. Safe to use from threads."""

    refusals: dict[RefusalKey, PendingRefusal] = field(default_factory=dict)
    looks: list[PendingLook] = field(default_factory=list)
    written_at: dict[RefusalKey, float] = field(default_factory=dict)
    seen_at: dict[tuple[int, str], datetime] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    news: threading.Event = field(default_factory=threading.Event)
    stranger_rows: int = 0
    stranger_hour_at: float = 0.0

    def count_refusal(self, key: RefusalKey, refusal: PendingRefusal) -> None:
        """Add a refusal to those of the same user or address, act and page in this minute."""
        with self.lock:
            pending = self.refusals.get(key)
            if pending is not None:
                pending.count += 1
            elif len(self.refusals) < MAX_PENDING:
                self.refusals[key] = refusal
        self.news.set()

    def note_look(self, user_id: int, person: str, look: PendingLook) -> None:
        """Keep a look, unless this user has seen this person within the hour."""
        with self.lock:
            seen_at = self.seen_at.get((user_id, person))
            if seen_at is not None and now() - seen_at < LOOK_INTERVAL:
                return
            if len(self.seen_at) >= MAX_REMEMBERED_LOOKS:
                self.seen_at.clear()
            self.seen_at[user_id, person] = now()
            if len(self.looks) < MAX_PENDING:
                self.looks.append(look)
        self.news.set()

    def take_due(self) -> tuple[list[PendingRefusal], list[PendingLook]]:
        """Return what may be written now, and begin anew; a refusal of the last minute stays."""
        moment = monotonic()
        with self.lock:
            self.written_at = {
                key: at for key, at in self.written_at.items() if moment - at < REFUSAL_SECONDS
            }
            due = [key for key in self.refusals if key not in self.written_at]
            self.written_at |= dict.fromkeys(due, moment)
            refusals = [self.refusals.pop(key) for key in due]
            looks, self.looks = self.looks, []
        return refusals, looks

    @property
    def has_some(self) -> bool:
        """Whether anything waits to be written."""
        return bool(self.refusals or self.looks)

    def may_add_stranger(self) -> bool:
        """Whether a refusal of somebody who is not signed in gets a row of its own."""
        with self.lock:
            if monotonic() - self.stranger_hour_at > STRANGER_SECONDS:
                self.stranger_hour_at, self.stranger_rows = monotonic(), 0
            self.stranger_rows += 1
            return self.stranger_rows <= MAX_STRANGER_ROWS


def _get_pending(app: Flask) -> PendingActs:
    # setdefault() is atomic: two threads that come first get the same one.
    return cast("PendingActs", app.extensions.setdefault(EXTENSION_KEY, PendingActs()))


def note_refusal(verb: str, who: str = "", **details: Any) -> None:
    """Count a refused request: at most one row a minute for a user or address, act and page.

    `who` is the user that it is about, by default the one who is signed in.
    """
    pending = _get_pending(current_app)
    user = _find_user()
    endpoint = request.endpoint or "(no page)"
    origin = f"user {user.id}" if user else _find_network(request.remote_addr)
    is_new = user is None and (verb, origin, endpoint) not in pending.refusals
    if is_new and not pending.may_add_stranger():
        origin = OTHERS
    values = _build_values(verb, who or (user.username if user else ""), user)
    if origin == OTHERS:
        values["client_ip"] = OTHERS
    values["about"] = endpoint[:MAX_ABOUT_LENGTH]
    key = (verb, origin, endpoint if origin != OTHERS else OTHERS)
    pending.count_refusal(key, PendingRefusal(values, {"method": request.method, **details}))


def note_look(page: str, phone: str, name: str | None) -> None:
    """Note that the signed-in user looks at a person's page or conversation.

    At most one row an hour for a user and a person. Writes nothing now.
    """
    user = _find_user()
    if user is None:
        return
    look = PendingLook(_build_values(SEEN_VERB, user.username, user), page, ((name, phone),))
    _get_pending(current_app).note_look(int(user.id), phone, look)


def _build_values(verb: str, who: str, user: Any) -> dict[str, Any]:
    return {
        "at": datetime_to_db(now()),
        "verb": verb,
        "who": who,
        "user_id": int(user.id) if user else None,
        "client_ip": (request.remote_addr or "")[:MAX_IP_LENGTH],
        "request_id": g.get("request_id"),
    }


def _find_user() -> Any:
    user = g.get("_login_user")
    return user if user is not None and user.is_authenticated else None


def _find_network(address: str | None) -> str:
    """Return the IPv4 address, or the /64 network of an IPv6 address, which one household has."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def write_pending_acts() -> int:
    """Write what is due in one transaction; return how many rows. Opens its own write()."""
    refusals, looks = _get_pending(current_app).take_due()
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
        self._pending = _get_pending(app)
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
