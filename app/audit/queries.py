"""Reads the audit log."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select

from app.audit.models import AuditEvent
from app.core.db import db
from app.core.pagination import (
    ListPage,
    ListParams,
    choose_page_window,
    clamp_to_last_page,
)

# The page shows a verb without a label as it is.
VERB_LABELS = {
    "setup.finished": "Set up SMS Admin",
    "sign_in": "Signed in",
    "sign_in.refused": "Gave a wrong password",
    "sign_in.remembered": "Came back on a remembered device",
    "sign_in.locked": "Gave too many wrong passwords: locked for 15 minutes",
    "sign_in.slowed": "Was guessed at from many addresses: tries are slowed down",
    "sign_out": "Signed out",
    "session.ended": "Signed out one of their devices",
    "session.all_ended": "Signed out everywhere",
    "password.changed": "Changed their own password",
    "user.added": "Added a user",
    "user.changed": "Changed a user",
    "user.deleted": "Deleted a user",
    "settings.changed": "Changed the settings",
    "member.added": "Added a person",
    "member.changed": "Changed a person",
    "member.deleted": "Deleted a person",
    "member.unsubscribed": "Put a person on the do-not-text list",
    "members.deleted": "Deleted people",
    "members.unsubscribed": "Put people on the do-not-text list",
    "registration.answered": "Said whether a person is coming to an event",
    "registrations.added": "Registered people for an event",
    "thread.begun": "Began a conversation",
    "thread.read": "Read a conversation",
    "thread.replied": "Replied in a conversation",
    "thread.assigned": "Said who sees to a conversation",
    "thread.done": "Called a conversation done",
    "thread.reopened": "Opened a conversation again",
    "thread.no_reply": "Said that a conversation needs no reply",
    "thread.decided": "Decided whether a text meant STOP",
    "saved_reply.added": "Added a saved reply",
    "saved_reply.changed": "Changed a saved reply",
    "saved_reply.deleted": "Deleted a saved reply",
    "members.imported": "Imported people",
    "members.import_undone": "Undid an import",
    "registrations.imported": "Imported registrations",
    "registrations.import_undone": "Undid an import of registrations",
    "members.exported": "Downloaded the community",
    "event.added": "Added an event",
    "event.changed": "Changed an event",
    "event.reminders_planned": "Changed the reminders of an event",
    "event.deleted": "Deleted an event",
    "registration.added": "Registered a person for an event",
    "registration.removed": "Took a person off an event",
    "registration.unsubscribed": "Put a registered person on the do-not-text list",
    "registrations.exported": "Downloaded the registrations of an event",
    "survey.added": "Added a survey",
    "survey.answer_corrected": "Put an answer to a survey right",
    "survey.changed": "Changed a survey",
    "survey.closed": "Closed a survey",
    "survey.deleted": "Deleted a survey",
    "survey.exported": "Exported the answers to a survey",
    "survey.opened": "Opened a survey",
    "keyword.added": "Added a keyword",
    "keyword.changed": "Changed a keyword",
    "keyword.deleted": "Deleted a keyword",
    "blast.confirmed": "Sent or scheduled a blast",
    "blast.confirmed_anew": "Confirmed a scheduled blast that has more people now",
    "blast.undone": "Took a blast back before it left",
    "blast.cancelled": "Cancelled a scheduled blast",
    "blast.paused": "Paused a blast",
    "blast.resumed": "Resumed a blast",
    "blast.stopped": "Stopped the rest of a blast",
    "blast.checked_again": "Asked Twilio again about texts in doubt",
    "blast.sent_again": "Sent texts of a blast again",
    "blast.left": "Left texts in doubt as they are",
    "blast.exported": "Downloaded the results of a blast",
    "scheduled_blast.deleted": "Deleted a scheduled blast from the list",
    "person.note_added": "Wrote a note about a person",
    "person.note_deleted": "Deleted a note about a person",
    "person.consent": "Wrote down that a person agreed to texts",
    "person.erased": "Erased a person",
    "sending.reconcile": "Asked for the texts that the database does not know",
    "sending.taken_over": "Said that this installation is the only one",
    "sending.went_on": "Let sending go on without comparing",
    "texts.fetched": "Asked Twilio for texts that were missed",
    "suppression.imported": "Imported numbers onto the do-not-text list",
    "suppression.exported": "Downloaded the do-not-text list",
    "suppression.removed_many": "Took numbers off the do-not-text list",
    "suppression.added": "Put a number on the do-not-text list",
    "suppression.removed": "Took a number off the do-not-text list",
    "sandbox.mood": "Changed how a practice phone behaves",
    "sandbox.all_working": "Set all practice phones to working",
    "sandbox.wrote": "Wrote from a practice phone",
    "sandbox.stranger": "Wrote from a practice phone that nobody knows",
    "sandbox.crowd": "Let practice phones answer a blast",
}


@dataclass(frozen=True)
class AuditListItem:
    """One row of the audit page. `details` are pairs of a name and a value in words."""

    at: datetime
    username: str
    action_label: str
    about: str | None
    details: tuple[tuple[str, str], ...]
    client_ip: str | None


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


def fetch_audit_page(
    params: ListParams, *, who: str = "", day: date | None = None, zone: str = "UTC"
) -> ListPage:
    """Return a page of audit rows, newest first.

    `who` limits it to one user, `day` to one day in the time zone `zone`.
    """
    filters = _build_filters(who, day, zone)
    total = db.session.scalar(select(func.count()).select_from(AuditEvent).where(*filters)) or 0
    params = clamp_to_last_page(total, params)
    window = choose_page_window(total, params.offset, params.per_page)
    ids = select(AuditEvent.id).where(*filters).limit(window.limit).offset(window.offset)
    ids = ids.order_by(*(OLDEST_FIRST if window.is_reversed else NEWEST_FIRST))
    rows = db.session.scalars(
        select(AuditEvent).where(AuditEvent.id.in_(ids)).order_by(*NEWEST_FIRST)
    )
    return ListPage([_build_list_item(row) for row in rows], total, params)


def find_audit_detail(verb: str, about: str, name: str, *, since: datetime) -> str | None:
    """Return the detail `name` of the first such row from `since` on, or None."""
    rows = select(AuditEvent.details).where(
        AuditEvent.at >= since, AuditEvent.verb == verb, AuditEvent.about == about
    )
    details = db.session.scalar(rows.order_by(AuditEvent.at).limit(1))
    if not details:
        return None
    return json.loads(details).get(name)


def _build_filters(who: str, day: date | None, zone: str) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if who:
        filters.append(AuditEvent.who == who)
    if day:
        filters.append(AuditEvent.at >= _get_local_midnight(day, zone))
        filters.append(AuditEvent.at < _get_local_midnight(day + timedelta(days=1), zone))
    return filters


def _get_local_midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))


def _build_list_item(row: AuditEvent) -> AuditListItem:
    return AuditListItem(
        row.at,
        row.who,
        VERB_LABELS.get(row.verb, row.verb),
        row.about,
        _parse_details(row.details),
        row.client_ip,
    )


# Keyed hashes, by which the names of people who ask for it are erased.
HIDDEN_DETAILS = frozenset({"hashes"})


def _parse_details(details: str | None) -> tuple[tuple[str, str], ...]:
    """Return the details as pairs of a name and a value in words.

    Details that another program wrote without JSON are returned as they are.
    """
    try:
        parsed = json.loads(details or "{}")
    except ValueError:
        parsed = details
    if not isinstance(parsed, dict):
        return (("", str(parsed)),)
    return tuple(
        (name.replace("_", " "), _format_detail(value))
        for name, value in parsed.items()
        if name not in HIDDEN_DETAILS
    )


def _format_detail(value: Any) -> str:
    """Return a value in words; a list of two is the value before and after a change."""
    if isinstance(value, list) and len(value) == 2:
        before, after = value
        return f"{_format_detail(before)} → {_format_detail(after)}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if value in (None, ""):
        return "nothing"
    if value is True:
        return "yes"
    if value is False:
        return "no"
    return str(value)
