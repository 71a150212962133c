"""Single threads, and facts about them for statements of other features."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.events.queries.contact_names import find_names
from app.inbox.models import Thread


def find_thread(thread_id: int) -> Thread | None:
    """Return the thread with this id, read again from the database."""
    # Core statements change threads beside the session, so a loaded object may be out of date.
    return db.session.get(Thread, thread_id, populate_existing=True)


def find_thread_by_phone(phone: str) -> Thread | None:
    """Return the thread of this number."""
    return db.session.scalar(select(Thread).where(Thread.phone == phone))


def find_contact_name(phone: str) -> str | None:
    """Return the name of this number on the lists, else the one under which it was last texted."""
    return find_names([phone]).get(phone)


def select_is_silenced(phone: Any, moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return whether automatic replies to this number are silenced at `moment`, for any select."""
    return exists().where(Thread.phone == phone, Thread.silent_until > moment)


def find_thread_phones(thread_ids: Collection[int]) -> dict[int, str]:
    """Return the number of each of these conversations by its id."""
    return fetch_dict(select(Thread.id, Thread.phone).where(Thread.id.in_(thread_ids)))
