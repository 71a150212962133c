"""Refused acts and looks at people: counted in memory; pending_acts_writer.py writes them.

Anybody can be refused by the hundred a second, and a look at a page must not wait for a disk.
Whatever is not written when the process is killed is lost: a few seconds of it.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, cast

from flask import Flask, current_app, g, request

from app.audit.actions import (
    MAX_ABOUT_LENGTH,
    MAX_IP_LENGTH,
)
from app.core.client_networks import find_client_network
from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.domain.phones.named_phones import NamedPhone

EXTENSION_KEY = "pending_audit_acts"
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


def get_pending_acts(app: Flask) -> PendingActs:
    """Return what this process has not written yet."""
    # setdefault() is atomic: two threads that come first get the same one.
    return cast("PendingActs", app.extensions.setdefault(EXTENSION_KEY, PendingActs()))


def note_refusal(verb: str, who: str = "", **details: Any) -> None:
    """Count a refused request: at most one row a minute for a user or address, act and page.

    `who` is the user that it is about, by default the one who is signed in.
    """
    pending = get_pending_acts(current_app)
    user = _find_user()
    endpoint = request.endpoint or "(no page)"
    origin = f"user {user.id}" if user else find_client_network(request.remote_addr)
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
    get_pending_acts(current_app).note_look(int(user.id), phone, look)


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
