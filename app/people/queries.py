"""Reading what we know of one number: names, lists, texts, notes.

Every statement walks an index of that number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import (
    Select,
    String,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from app.community.models import CommunityMember
from app.core.column_types import UtcDateTime
from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import MessageStatus
from app.domain.phones.display_names import choose_display_name, sort_names_by_source
from app.events.models import Event, EventRegistration
from app.inbox.queries.conversation_contact import ContactNote, ListMembership
from app.people.models import PersonNote
from app.suppression.models import SuppressedContact, UnsubscribedContact

MAX_TEXTS_READ_FOR_NAMES = 500  # names are read from so many of the newest texts
MAX_REGISTRATIONS, MAX_NOTES = 200, 200


@dataclass(frozen=True)
class PersonRecord:
    """All places a number stands at, and what was written down about it, the newest first."""

    places: Sequence[ListMembership]
    notes: Sequence[ContactNote]

    @property
    def may_be_on_do_not_text_list(self) -> bool:
        """Whether a line of either do-not-text list may be theirs."""
        return any(place.where == "list" for place in self.places)

    @property
    def member(self) -> ListMembership | None:
        """Their line on the list of the community."""
        return next((place for place in self.places if place.where == "community"), None)

    @property
    def registrations(self) -> list[ListMembership]:
        """The events they registered for, the newest registration first."""
        found = [place for place in self.places if place.where == "event"]
        return sorted(found, key=lambda place: place.since, reverse=True)

    @property
    def names(self) -> dict[str, list[str]]:
        """Each name, with where it is written: the one to call them by first."""
        found: dict[str, list[str]] = {}
        for place in sort_names_by_source(self.places):
            if place.name:
                found.setdefault(place.name, []).append(place.title or place.where)
        return found

    @property
    def name(self) -> str | None:
        """The name to call them by."""
        return choose_display_name(self.places)


@dataclass(frozen=True)
class PersonTextsPage(ListPage):
    """A page of the texts to and from one number."""

    phone: str = ""

    def url_for(self, number: int) -> str:
        """The address of another page; also where this one answers a form that came back."""
        return url_for("people.show_person", digits=self.phone[1:], page=number)

    @property
    def total_in_words(self) -> str:
        """How many there are."""
        return f"{self.total:,} {'text' if self.total == 1 else 'texts'}"


def load_person_record(phone: str) -> PersonRecord:
    """Every list that has this number, the names in its newest texts, and the notes: one
    statement.
    """
    parts = (
        _select_member,
        _select_registrations,
        _select_unsubscribed,
        _select_suppressed,
        _select_names_in_texts,
        _select_notes,
    )
    rows = db.session.execute(union_all(*(part(phone) for part in parts))).all()
    notes = [ContactNote(row[1], row[2], row[3], row[4]) for row in rows if row[0] == "note"]
    return PersonRecord([ListMembership(*row) for row in rows if row[0] != "note"], notes)


def _select_member(phone: str) -> Any:
    row = CommunityMember
    title = type_coerce(null(), String).label("title")
    return select(literal("community"), row.id, row.name, title, row.created_at).where(
        row.phone == phone
    )


def _select_registrations(phone: str) -> Select[Any]:
    row = EventRegistration
    rows = select(literal("event"), Event.id, row.name, Event.title, row.created_at).join_from(
        row, Event
    )
    some = (
        rows.where(row.phone == phone).order_by(row.id.desc()).limit(MAX_REGISTRATIONS).subquery()
    )
    return select(some)


def _select_unsubscribed(phone: str) -> Any:
    row = UnsubscribedContact
    return select(literal("list"), row.id, row.name, null(), row.created_at).where(
        row.phone == phone
    )


def _select_suppressed(phone: str) -> Any:
    row = SuppressedContact
    return select(literal("list"), row.id, null(), null(), row.created_at).where(row.phone == phone)


def _select_notes(phone: str) -> Select[Any]:
    row = PersonNote
    notes = select(literal("note"), row.id, row.body, row.created_by, row.created_at).where(
        row.phone == phone
    )
    return select(notes.order_by(row.id.desc()).limit(MAX_NOTES).subquery())


def _select_names_in_texts(phone: str) -> Select[Any]:
    newest = select(Message.id, Message.name, Message.created_at).where(Message.phone == phone)
    some = newest.order_by(Message.id.desc()).limit(MAX_TEXTS_READ_FOR_NAMES).subquery()
    latest = type_coerce(func.max(some.c.created_at), UtcDateTime())
    names = select(literal("text"), func.max(some.c.id), some.c.name, null(), latest)
    return names.where(some.c.name.is_not(None)).group_by(some.c.name)


def paginate_person_texts(phone: str, asked: ListParams) -> PersonTextsPage:
    """A page of the texts to and from a number, the newest first, each with the blast it
    belongs to.

    One statement, and a second one for an address behind the last page.
    """
    page = _load_texts_page(phone, asked)
    if not page.rows and asked.number > 1:
        total = db.session.scalar(_select_text_count(phone)) or 0
        page = _load_texts_page(phone, clamp_to_last_page(total, asked))
    return page


def _load_texts_page(phone: str, asked: ListParams) -> PersonTextsPage:
    total = _select_text_count(phone).scalar_subquery()
    rows = (
        select(
            Message,
            MessageLog.message_body,
            MessageLog.event_title,
            MessageLog.test_mode,
            total.label("total"),
        )
        .join_from(Message, MessageLog, isouter=True)
        .where(Message.phone == phone)
        .order_by(Message.id.desc())
        .limit(asked.per_page)
        .offset(asked.offset)
    )
    found = db.session.execute(rows).all()
    return PersonTextsPage(found, found[0].total if found else 0, asked, phone=phone)


def _select_text_count(phone: str) -> Select[int]:
    return select(func.count()).select_from(Message).where(Message.phone == phone)


def find_note(phone: str, note_id: int) -> PersonNote | None:
    """One note about this number."""
    rows = select(PersonNote).where(PersonNote.phone == phone, PersonNote.id == note_id)
    return db.session.scalars(rows.execution_options(populate_existing=True)).first()


def is_text_being_sent(phone: str) -> bool:
    """Whether a text to this number is being handed to the carrier at this moment."""
    leaving = select(Message.id).where(
        Message.phone == phone, Message.status == MessageStatus.SUBMITTING
    )
    return db.session.scalar(leaving.limit(1)) is not None
