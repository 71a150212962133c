"""Reading what we know of one number: names, lists, texts, notes.

Every statement walks an index of that number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap

from flask import url_for
from sqlalchemy import Select, SelectBase, literal, select, union_all

from app.community.queries import select_member_record
from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.delivery.queries.phone_texts import count_phone_texts, list_phone_texts, select_text_names
from app.domain.phones.display_names import choose_display_name, sort_names_by_source
from app.domain.texts.plurals import pluralize
from app.events.queries.phone_registrations import select_registration_records
from app.inbox.queries.conversation_contact import ListMembership
from app.inbox.queries.person_note_source import ContactNote
from app.people.models import PersonNote
from app.profiles.queries.person_lookup import PersonProfile
from app.suppression.queries.phone_records import select_suppression_records

MAX_REGISTRATIONS = 200
MAX_NOTES = 200


@dataclass(frozen=True)
class PersonRecord:
    """All places a number stands at, and the notes about it, the newest first."""

    places: Sequence[ListMembership]
    notes: Sequence[ContactNote]

    @property
    def may_be_on_do_not_text_list(self) -> bool:
        """Whether an entry of either do-not-text list may be this person's."""
        return any(place.where == "list" for place in self.places)

    @property
    def member(self) -> ListMembership | None:
        """Their entry in the community, or None."""
        return next((place for place in self.places if place.where == "community"), None)

    @property
    def registrations(self) -> list[ListMembership]:
        """The events they registered for, the newest registration first."""
        registrations = [place for place in self.places if place.where == "event"]
        return sorted(registrations, key=lambda place: place.since, reverse=True)

    @property
    def names(self) -> dict[str, list[str]]:
        """Each name with the places it is written at; the name to call them by comes first."""
        places_by_name: dict[str, list[str]] = {}
        for place in sort_names_by_source(self.places):
            if place.name:
                places_by_name.setdefault(place.name, []).append(place.title or place.where)
        return places_by_name

    @property
    def name(self) -> str | None:
        """The name to call them by, or None."""
        return choose_display_name(self.places)


@dataclass(frozen=True)
class PersonTextsPage(ListPage):
    """A page of the texts to and from one person."""

    public_id: str = ""

    def url_for(self, number: int) -> str:
        """Return the address of another page; it is also where a rejected form is shown again."""
        return url_for("people.show_person", public_id=self.public_id, page=number)

    @property
    def total_in_words(self) -> str:
        """How many texts there are, in words."""
        return pluralize(self.total, "text")


def load_person_record(*phones: str) -> PersonRecord:
    """Return every list that has these numbers, the names in their newest texts, and the notes."""
    # One statement instead of five: each select of the union walks an index of the number.
    parts = []
    for phone in phones:
        records: tuple[tuple[str, SelectBase], ...] = (
            ("community", select_member_record(phone)),
            ("event", select_registration_records(phone, MAX_REGISTRATIONS)),
            ("list", select_suppression_records(phone)),
            ("text", select_text_names(phone)),
            ("note", _select_notes(phone)),
        )
        parts += [select(literal(place), rows.subquery()) for place, rows in records]
    places, notes = [], []
    for row in db.session.execute(union_all(*parts)):
        if row[0] == "note":
            notes.append(ContactNote(row[1], row[2], row[3], row[4]))
        else:
            places.append(ListMembership(*row))
    return PersonRecord(places, notes)


def _select_notes(phone: str) -> Select[int, str, str, datetime]:
    row = PersonNote
    notes = select(row.id, row.body, row.created_by, row.created_at).where(row.phone == phone)
    return notes.order_by(row.id.desc()).limit(MAX_NOTES)


def paginate_person_texts(person: PersonProfile, params: ListParams) -> PersonTextsPage:
    """Return a page of the texts to and from a person, the newest first.

    One statement; two more for an address behind the last page.
    """
    phones = person.numbers
    texts, total = list_phone_texts(phones, params.per_page, params.offset)
    if not texts and params.number > 1:
        params = clamp_to_last_page(count_phone_texts(phones), params)
        texts, total = list_phone_texts(phones, params.per_page, params.offset)
    return PersonTextsPage(texts, total, params, public_id=person.public_id)


def find_note(phone: str, note_id: int) -> PersonNote | None:
    """Return one note about this number as the database has it now, or None."""
    statement = select(PersonNote).where(PersonNote.phone == phone, PersonNote.id == note_id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).first()


def list_contact_notes(phone: str, limit: int) -> list[ContactNote]:
    """Return the newest notes about a number, the newest first."""
    rows = db.session.execute(_select_notes(phone).limit(limit))
    return list(starmap(ContactNote, rows))
