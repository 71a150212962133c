"""Writes the audit log: what a person does is one transaction with one audit row."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import delete, select

from app.audit.audit_chain import append_audit_row, build_people, continue_audit_chain
from app.audit.change_capture import add_changes, capture_changes
from app.audit.models import ERASED_PEOPLE, AuditEvent, AuditPerson
from app.audit.sql import PreparedRunner
from app.audit.subjects import find_subjects, parse_subject_keys
from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.db import db, update_row, write
from app.core.page_cache import enlarge_page_cache
from app.core.settings import current_settings
from app.domain.phones.named_phones import NamedPhone
from app.domain.phones.phone_erasure import PhoneErasure, hash_phone

# The widths of the columns.
MAX_ABOUT_LENGTH = 200
MAX_NAME_LENGTH = 200
MAX_IP_LENGTH = 45
# A slice takes 2 to 4 seconds, and is found by reading back over those to come.
ROWS_OF_A_SLICE = 100_000
# A row names so many people, and their ids; the others are counted.
MAX_NAMES = 20
NAMELESS_PERSON = "a person without a name, number ending in {}"


class AuditEntry:
    """What an action was about; the action fills it in.

    It holds ids and plain words, never a phone number, a text's body or a secret. Things that
    `about` tells in the words of subjects.py are named by themselves.
    """

    def __init__(self, verb: str, who: str) -> None:
        self.verb = verb
        self.who = who
        self.about: str | None = None
        self.details: dict[str, Any] = {}
        self.user_id = _find_user_id(who)
        self._thing: tuple[str, int | None, str] | None = None
        self._people: list[NamedPhone] = []

    def set_thing(self, kind: str, id_: int | None, name: str) -> None:
        """Say what was changed, by the name that it has now."""
        self._thing = (kind, id_, name)

    def add_person(self, name: str | None, phone: str) -> None:
        """Say whom the act touches: the row is found by this person, and forgets the name."""
        self._people.append((name, phone))

    def build_values(self) -> dict[str, Any]:
        """Return the columns of the row. Reads the names of things; inside write()."""
        details = dict(self.details or {})
        values: dict[str, Any] = {
            "at": datetime_to_db(now()),
            "verb": self.verb,
            "who": self.who,
            "user_id": self.user_id,
        }
        if self.about is not None:
            values["about"] = str(self.about)[:MAX_ABOUT_LENGTH]
        values |= self._describe_thing()
        values |= self._describe_people(details)
        if details:
            values["details"] = json.dumps(details, ensure_ascii=False, default=str)
        return values

    def _describe_thing(self) -> dict[str, Any]:
        """Return kind, id and name of the thing; of people no name, which could not be erased."""
        keys = parse_subject_keys(self.verb, self.about)
        subjects = find_subjects(keys) if keys else {}
        self._people += [
            (subject.kept_name, subject.phone) for subject in subjects.values() if subject.phone
        ]
        if self._thing is not None:
            kind, id_, name = self._thing
        elif keys:
            kind, id_ = keys[0].kind, keys[0].id
            subject = subjects.get(keys[0])
            name = "" if subject is None or subject.phone else subject.kept_name
        else:
            return {}
        return {"thing_kind": kind, "thing_id": id_, "thing_name": name[:MAX_NAME_LENGTH] or None}

    def _describe_people(self, details: dict[str, Any]) -> dict[str, Any]:
        """Return the column that may be erased, and take its parts out of the details."""
        if "hashes" not in details:
            details |= build_name_details(list(dict.fromkeys(self._people)))
        if "hashes" not in details:
            return {}
        hashes = details.pop("hashes")
        return {"people": build_people(details.pop("names"), hashes), "hashes": hashes}


def build_people_column(people: Sequence[NamedPhone]) -> dict[str, Any]:
    """Return the columns of a row that say who these people were."""
    named = build_name_details(people)
    return {"people": build_people(named["names"], named["hashes"]), "hashes": named["hashes"]}


@contextmanager
def audited_write(verb: str, who: str) -> Iterator[AuditEntry]:
    """Open write(), and insert an audit row of `verb` by the user `who` in its transaction.

    Raises WriteLockTimeout and UniqueViolation, as write() does.
    """
    entry = AuditEntry(verb, who)
    with write() as session:
        with capture_changes(session, verb) as changes:
            yield entry
            session.flush()
        entry.details = add_changes(entry.details or {}, changes)
        values = entry.build_values()
        # Command line tools write audit rows as well, outside any request.
        if has_request_context():
            values["client_ip"] = (request.remote_addr or "")[:MAX_IP_LENGTH]
            values["request_id"] = g.get("request_id")
        insert_audit_row(values)


def record_automatic_event(
    verb: str,
    who: str,
    about: str,
    details: dict[str, Any],
    user_id: int | None = None,
) -> None:
    """Insert an audit row of what the program did by itself, without an address or request id.

    `user_id`: for whom it did that, where `who` is a user. Call it inside the write() that does it.
    """
    entry = AuditEntry(verb, who)
    entry.user_id = user_id or entry.user_id
    entry.about, entry.details = about, details
    insert_audit_row(entry.build_values())


def insert_audit_row(values: dict[str, Any]) -> int:
    """Insert a row of these columns, chained to the one before; return its id. Inside write()."""
    return append_audit_row(PreparedRunner(), current_settings().database_path, values)


def ensure_audit_chain() -> None:
    """Chain the rows of an older release, before the program serves. Opens its own write()."""
    database = current_settings().database_path
    is_done = False
    while not is_done:
        with write(), enlarge_page_cache():
            is_done = continue_audit_chain(PreparedRunner(), database, limit=ROWS_OF_A_SLICE)


def _find_user_id(who: str) -> int | None:
    """Return the id of the signed-in user, if it is `who`; None for the program and strangers."""
    if not has_request_context():
        return None
    # Not current_user, which would load the user: a remembered session is renewed while loading.
    user = g.get("_login_user")
    if user is None or not user.is_authenticated or user.username != who:
        return None
    return int(user.id)


def format_ids(ids: Sequence[int]) -> str:
    """Return the `about` of an action on many rows: the first ids, and how many more there are.

    They are whole, and the same people as the names in the details.
    """
    text = ", ".join(map(str, ids[:MAX_NAMES]))
    if len(ids) > MAX_NAMES:
        text += f" and {len(ids) - MAX_NAMES:,} more"
    return text


def name_nameless(phone: str) -> str:
    """Return what the audit calls a person without a name: never by a number."""
    return NAMELESS_PERSON.format(phone[-4:])


def build_name_details(people: Sequence[NamedPhone]) -> dict[str, Any]:
    """Return the details that say who these people, (name, phone), were; {} without any.

    They hold names, and keyed hashes of the numbers, so that the row is found when one of these
    people asks to be erased. They never hold a number, and are stored in the column `people`.
    """
    if not people:
        return {}
    names = [name or name_nameless(phone) for name, phone in people[:MAX_NAMES]]
    if len(people) > MAX_NAMES:
        names.append(f"{len(people) - MAX_NAMES:,} more")
    key = current_settings().erasure_key
    hashes = [hash_phone(key, phone) for _, phone in people[:MAX_NAMES]]
    return {"names": ", ".join(names), "hashes": hashes}


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Erase the names of the rows that name this person; return how many, by table.

    Inside write().
    """
    phone_hash = hash_phone(current_settings().erasure_key, erasure.phone)
    about_person = AuditPerson.phone_hash == phone_hash
    statement = (
        select(AuditEvent.id)
        .join(AuditPerson, AuditPerson.audit_event_id == AuditEvent.id)
        .where(about_person, AuditEvent.people != ERASED_PEOPLE)
    )
    ids = db.session.scalars(statement).all()
    for id_ in ids:
        update_row(AuditEvent, id_, {"people": ERASED_PEOPLE})
    db.session.execute(delete(AuditPerson).where(about_person))
    return {"audit_events": len(ids)} if ids else {}
