"""Reading who did what."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from app.audit.models import AuditEvent
from app.core.db import db
from app.core.pagination import (
    ListPage,
    ListParams,
    choose_page_window,
    clamp_to_last_page,
)

# A verb that is not here is shown as it is.
VERB_LABELS = {
    "setup.finished": "Set up SMS Admin",
    "sign_in": "Signed in",
    "sign_in.refused": "Gave a wrong password",
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
    """One line of the page."""

    at: datetime
    username: str
    action_label: str
    about: str | None
    details: tuple[tuple[str, str], ...]
    client_ip: str | None


# From one name to the next along the index: however many acts there are, it is a step a person.
DISTINCT_USERNAMES_SQL = text("""
    WITH RECURSIVE everybody(who) AS (
        SELECT min(who) FROM audit_events WHERE who > ''
        UNION ALL SELECT (SELECT min(who) FROM audit_events WHERE who > everybody.who) FROM everybody
        WHERE everybody.who IS NOT NULL)
    SELECT who FROM everybody WHERE who IS NOT NULL
""")


def list_audited_usernames() -> Sequence[str]:
    """Everybody who ever did something, by name."""
    return db.session.scalars(DISTINCT_USERNAMES_SQL).all()


def fetch_audit_page(
    asked: ListParams, *, who: str = "", day: date | None = None, zone: str = "UTC"
) -> ListPage:
    """A page of acts, newest first; of one person, or of one day on the clocks of `zone`, where
    given.
    """
    wanted = [AuditEvent.who == who] if who else []
    if day:
        start, end = (_get_local_midnight(each, zone) for each in (day, day + timedelta(days=1)))
        wanted += [AuditEvent.at >= start, AuditEvent.at < end]
    total = db.session.scalar(select(func.count()).select_from(AuditEvent).where(*wanted)) or 0
    asked = clamp_to_last_page(total, asked)
    walk = choose_page_window(total, asked.offset, asked.per_page)
    order = (
        (AuditEvent.at, AuditEvent.id)
        if walk.is_reversed
        else (AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    ids = (
        select(AuditEvent.id).where(*wanted).order_by(*order).limit(walk.limit).offset(walk.offset)
    )
    newest = (AuditEvent.at.desc(), AuditEvent.id.desc())
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.id.in_(ids)).order_by(*newest))
    return ListPage([_build_list_item(row) for row in rows], total, asked)


def find_audit_detail(verb: str, about: str, name: str, *, since: datetime) -> str | None:
    """What was written down under `name` with the first such act after `since`; None when there
    is none.
    """
    acts = select(AuditEvent.details).where(
        AuditEvent.at >= since, AuditEvent.verb == verb, AuditEvent.about == about
    )
    details = db.session.scalar(acts.order_by(AuditEvent.at).limit(1))
    return json.loads(details).get(name) if details else None


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


def _parse_details(details: str | None) -> tuple[tuple[str, str], ...]:
    """What else was written down, as (name, value) in words.

    Text of other programs is shown as it is.
    """
    try:
        read = json.loads(details or "{}")
    except ValueError:
        read = details
    if not isinstance(read, dict):
        return (("", str(read)),)
    return tuple((name.replace("_", " "), _format_detail(value)) for name, value in read.items())


def _format_detail(value: Any) -> str:
    """A pair is what was before and what is now."""
    if isinstance(value, list) and len(value) == 2:
        return " → ".join(_format_detail(each) for each in value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else str(value)
