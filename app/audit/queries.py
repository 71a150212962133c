"""Reads the audit log."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.audit.audit_items import build_audit_items
from app.audit.chain_files import ChainHead
from app.audit.models import AnchorKind, AuditAnchor, AuditEvent, AuditPerson
from app.audit.sentences import VERB_KINDS
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import (
    ListPage,
    ListParams,
    choose_page_window,
    clamp_to_last_page,
)

NEWEST_FIRST = (AuditEvent.at.desc(), AuditEvent.id.desc())
OLDEST_FIRST = (AuditEvent.at, AuditEvent.id)


def list_audited_usernames() -> Sequence[str]:
    """Return the users who ever did something, by name."""
    return db.session.scalars(_select_distinct_usernames()).all()


def _select_distinct_usernames() -> Select[Any]:
    """Build a SELECT that goes from one name to the next one along the index.

    It takes one look-up a user, however many rows there are; DISTINCT would read all of them.
    """
    first_name = select(func.min(AuditEvent.who).label("who")).where(AuditEvent.who > "")
    names = first_name.cte("names", recursive=True)
    next_name = (
        select(func.min(AuditEvent.who)).where(AuditEvent.who > names.c.who).scalar_subquery()
    )
    names = names.union_all(select(next_name).where(names.c.who.is_not(None)))
    return select(names.c.who).where(names.c.who.is_not(None))


@dataclass(frozen=True)
class AuditFilter:
    """One user, one kind of VERB_KINDS, one day in the time zone `zone`; any may be left out."""

    who: str = ""
    kind: str = ""
    day: date | None = None
    zone: str = "UTC"


EVERYTHING = AuditFilter()


def fetch_audit_page(params: ListParams, filter_: AuditFilter = EVERYTHING) -> ListPage:
    """Return a page of audit rows as sentences, the newest first."""
    filters = _build_filters(filter_)
    total = count_rows(AuditEvent, *filters)
    params = clamp_to_last_page(total, params)
    window = choose_page_window(total, params.offset, params.per_page)
    ids = select(AuditEvent.id).where(*filters).limit(window.limit).offset(window.offset)
    ids = ids.order_by(*(OLDEST_FIRST if window.is_reversed else NEWEST_FIRST))
    rows = db.session.scalars(
        select(AuditEvent).where(AuditEvent.id.in_(ids)).order_by(*NEWEST_FIRST)
    )
    return ListPage(build_audit_items(rows.all()), total, params)


def find_audit_detail(
    verbs: Collection[str],
    about: str,
    name: str,
    *,
    since: datetime,
) -> str | None:
    """Return the detail `name` of the last row with one of these verbs from `since` on, or None."""
    rows = select(AuditEvent.details).where(
        AuditEvent.at >= since, AuditEvent.verb.in_(verbs), AuditEvent.about == about
    )
    details = db.session.scalar(rows.order_by(AuditEvent.at.desc()).limit(1))
    if not details:
        return None
    return json.loads(details).get(name)


def find_chain_head() -> ChainHead | None:
    """Return the last row of the chain."""
    last = select(AuditEvent.id, AuditEvent.mac).where(AuditEvent.mac.is_not(None))
    row = db.session.execute(last.order_by(AuditEvent.id.desc()).limit(1)).first()
    return None if row is None else ChainHead(row.id, row.mac)


def is_row_in_place(head: ChainHead) -> bool:
    """Whether the row is as it was when it was the last; true of a row in the archive."""
    row_mac = db.session.scalar(select(AuditEvent.mac).where(AuditEvent.id == head.last_id))
    if row_mac is not None:
        return row_mac == head.mac
    archived = select(func.max(AuditAnchor.last_id)).where(AuditAnchor.kind == AnchorKind.ARCHIVED)
    return (db.session.scalar(archived) or 0) >= head.last_id


def has_recent_look(verb: str, user_id: int, phone_hash: str, since: datetime) -> bool:
    """Whether a user's look at a person was written since then."""
    rows = (
        select(AuditEvent.id)
        .join(AuditPerson, AuditPerson.audit_event_id == AuditEvent.id)
        .where(AuditPerson.phone_hash == phone_hash, AuditEvent.verb == verb)
        .where(AuditEvent.user_id == user_id, AuditEvent.at >= since)
    )
    return db.session.scalar(rows.limit(1)) is not None


def find_last_detail(verb: str) -> str | None:
    """Return the details of the last row of a verb, as they are stored."""
    rows = select(AuditEvent.details).where(AuditEvent.verb == verb)
    return db.session.scalar(rows.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(1))


def _build_filters(filter_: AuditFilter) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if filter_.who:
        filters.append(AuditEvent.who == filter_.who)
    if filter_.kind in VERB_KINDS:
        _, prefixes = VERB_KINDS[filter_.kind]
        filters.append(or_(*(AuditEvent.verb.startswith(prefix) for prefix in prefixes)))
    if day := filter_.day:
        filters.append(AuditEvent.at >= _get_local_midnight(day, filter_.zone))
        filters.append(AuditEvent.at < _get_local_midnight(day + timedelta(days=1), filter_.zone))
    return filters


def _get_local_midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
