"""Reads the audit log."""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.audit.audit_archive_file import (
    fetch_archived_rows_about,
    list_audit_archive_years,
)
from app.audit.audit_items import AuditListItem, build_audit_items
from app.audit.models import AuditEvent, AuditPerson
from app.audit.verb_kinds import VERB_KINDS
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import (
    ListPage,
    ListParams,
    choose_page_window,
    clamp_to_last_page,
)
from app.core.separate_database import SEPARATE_FILE_ERRORS
from app.core.settings import current_settings
from app.domain.phones.phone_erasure import hash_phone
from app.domain.texts.whole_numbers import parse_id

# Above it, rows are found by their time.
MANY_ROWS = 20_000
# How far back words are searched for: 0.2 s.
SEARCHED_ROWS = 100_000
EXPORT_BATCH = 1_000
NEWEST_FIRST = (AuditEvent.at.desc(), AuditEvent.id.desc())
OLDEST_FIRST = (AuditEvent.at, AuditEvent.id)


def list_audited_users() -> list[tuple[str, str]]:
    """Return (value of the filter, user name) of all who ever did something, by name.

    The value is the id of a user, or the name in rows of nobody who signs in.
    """
    users = []
    for name in db.session.scalars(_select_distinct_names()):
        ids = select(AuditEvent.user_id).where(AuditEvent.who == name)
        user_id = db.session.scalar(ids.order_by(AuditEvent.at.desc()).limit(1))
        users.append((name if user_id is None else str(user_id), name))
    return users


def _select_distinct_names() -> Select[Any]:
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
    """What of the audit is asked for; what is left out asks for everything.

    `who` is the id of a user, or a name of before there were ids; `kind` one of VERB_KINDS;
    `since` and `until` are days in the time zone `zone`; `thing` is a kind and an id, and
    `phones` are the numbers of one person.
    """

    who: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    zone: str = "UTC"
    thing: tuple[str, int] | None = None
    phones: tuple[str, ...] = ()
    search: str = ""


EVERYTHING = AuditFilter()


def fetch_audit_page(params: ListParams, filter_: AuditFilter = EVERYTHING) -> ListPage:
    """Return a page of audit rows as sentences, the newest first."""
    filters = _build_filters(filter_)
    total = count_rows(AuditEvent, *filters)
    params = clamp_to_last_page(total, params)
    window = choose_page_window(total, params.offset, params.per_page)
    ids = select(AuditEvent.id).where(*filters).limit(window.limit).offset(window.offset)
    ids = ids.order_by(*(OLDEST_FIRST if window.is_reversed else NEWEST_FIRST))
    if total > MANY_ROWS and not (filter_.phones or filter_.thing):
        # Rows of many kinds are merged and sorted otherwise: 900 ms of 700,000 instead of 2.
        ids = ids.with_hint(AuditEvent, "INDEXED BY ix_audit_events_at", "sqlite")
    rows = db.session.scalars(
        select(AuditEvent).where(AuditEvent.id.in_(ids)).order_by(*NEWEST_FIRST)
    )
    return ListPage(build_audit_items(rows.all()), total, params)


def fetch_rows_after(row_id: int, filter_: AuditFilter) -> Sequence[AuditEvent]:
    """Return the next rows of an export, the oldest first."""
    rows = select(AuditEvent).where(AuditEvent.id > row_id, *_build_filters(filter_))
    return db.session.scalars(rows.order_by(AuditEvent.id).limit(EXPORT_BATCH)).all()


def list_archived_items(phones: Sequence[str]) -> list[AuditListItem]:
    """Return the archived rows about a person, the newest first.

    An archive that cannot be read is left out.
    """
    database = current_settings().database_path
    rows: list[AuditEvent] = []
    for year in list_audit_archive_years(database):
        with suppress(*SEPARATE_FILE_ERRORS):
            rows += fetch_archived_rows_about(database, year, _hash_phones(phones))
    return build_audit_items(rows[::-1])


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
    details = db.session.scalar(rows.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(1))
    if not details:
        return None
    return json.loads(details).get(name)


def _build_filters(filter_: AuditFilter) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if filter_.who:
        filters.append(_match_user(filter_.who))
    if filter_.kind in VERB_KINDS:
        _, prefixes = VERB_KINDS[filter_.kind]
        filters.append(or_(*map(_match_verbs, prefixes)))
    if filter_.since:
        filters.append(AuditEvent.at >= _get_local_midnight(filter_.since, filter_.zone))
    if filter_.until:
        next_day = filter_.until + timedelta(days=1)
        filters.append(AuditEvent.at < _get_local_midnight(next_day, filter_.zone))
    if filter_.thing:
        kind, id_ = filter_.thing
        filters += [AuditEvent.thing_kind == kind, AuditEvent.thing_id == id_]
    if filter_.phones:
        filters.append(AuditEvent.id.in_(_select_rows_of_person(filter_.phones)))
    if filter_.search:
        filters.append(_match_words(filter_.search))
    return filters


def _match_user(who: str) -> ColumnElement[bool]:
    """Match the rows of a user by id, and those of before there were ids by the user's name."""
    user_id = parse_id(who)
    if user_id is None:
        return AuditEvent.who == who
    return AuditEvent.user_id == user_id


def _match_verbs(prefix: str) -> ColumnElement[bool]:
    """Match verbs that begin so: a range, which the index of verbs finds and LIKE does not."""
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return and_(AuditEvent.verb >= prefix, AuditEvent.verb < end)


def _select_rows_of_person(phones: Sequence[str]) -> Select[Any]:
    is_listed = AuditPerson.phone_hash.in_(_hash_phones(phones))
    return select(AuditPerson.audit_event_id).where(is_listed)


def _hash_phones(phones: Sequence[str]) -> list[str]:
    key = current_settings().erasure_key
    return [hash_phone(key, phone) for phone in phones]


def _match_words(search: str) -> ColumnElement[bool]:
    """Match names of things and people, users, addresses and requests of the newest rows."""
    newest = select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(1).offset(SEARCHED_ROWS)
    columns = (
        AuditEvent.thing_name,
        AuditEvent.about,
        AuditEvent.who,
        AuditEvent.client_ip,
        AuditEvent.request_id,
        func.json_extract(AuditEvent.people, "$.names"),
    )
    words = or_(*(column.icontains(search, autoescape=True) for column in columns))
    return and_(AuditEvent.id > func.coalesce(newest.scalar_subquery(), 0), words)


def _get_local_midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
