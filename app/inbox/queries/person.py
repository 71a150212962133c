"""Whom a conversation is with, and whether we may write to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy import literal as word

from app.community.models import CommunityMember
from app.core.column_types import UtcDateTime
from app.core.db import db
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.display_names import sort_names_by_source
from app.domain.phones.phone_number import is_e164
from app.domain.phones.phone_number_info import PhoneNumberInfo, get_phone_number_info
from app.events.models import Event, EventRegistration
from app.suppression import queries as permission
from app.surveys.models import SurveyFlow, SurveySession, SurveySessionStatus

MOST_EVENTS, MOST_NOTES = 20, 5
# The room of the people lies above this one: its table is read by name.
NOTES = text(
    "SELECT id, body, created_by, created_at FROM person_notes WHERE phone = :phone ORDER BY id DESC LIMIT :most"
).columns(created_at=UtcDateTime())


@dataclass(frozen=True)
class WhyNot:
    """Why nothing may be written to somebody, and what to do about it."""

    words: str
    what_to_do: str
    reason: str = ""


NO_NUMBER = WhyNot(
    "This is no number that can be texted",
    "Short codes and names only send.",
    "no_number",
)
UNDECIDED = WhyNot(
    "Perhaps they said STOP", "Decide first what they meant.", "maybe_stop"
)


@dataclass(frozen=True)
class Place:
    """Where a number stands, under which name, since when; an event by id and title.

    "community" or "event"; on a person's own page also "list" (do not text) and "text".
    """

    where: str
    id: int
    name: str | None
    title: str | None
    since: datetime


@dataclass(frozen=True)
class Note:
    """What somebody wrote down about a person."""

    id: int
    body: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class Asked:
    """The survey somebody is answering: the question they are on, from 1, of how many."""

    survey: str
    question: int
    questions: int


@dataclass(frozen=True)
class Person:
    """What the page of a conversation shows of whom it is with."""

    phone: str
    places: Sequence[Place]
    notes: Sequence[Note]
    asked: Asked | None
    about: PhoneNumberInfo

    @property
    def names(self) -> Sequence[str]:
        """Every name, the one to call them by first."""
        return list(
            dict.fromkeys(
                place.name for place in sort_names_by_source(self.places) if place.name
            )
        )

    @property
    def member(self) -> Place | None:
        """Their line on the list of the community."""
        return next(
            (place for place in self.places if place.where == "community"), None
        )

    @property
    def events(self) -> Sequence[Place]:
        """The events they registered for."""
        return [place for place in self.places if place.where == "event"]

    @property
    def is_known(self) -> bool:
        """Whether any list of ours has this number."""
        return bool(self.places)


def person(phone: str) -> Person:
    """Whoever has this number. Every statement walks an index of it."""
    notes = [
        Note(*row)
        for row in db.session.execute(NOTES, {"phone": phone, "most": MOST_NOTES})
    ]
    return Person(
        phone,
        [*_member(phone), *_registrations(phone)],
        notes,
        _asked(phone),
        get_phone_number_info(phone),
    )


def _member(phone: str) -> list[Place]:
    row = CommunityMember
    found = select(word("community"), row.id, row.name, row.created_at).where(
        row.phone == phone
    )
    return [
        Place(where, id, name, None, since)
        for where, id, name, since in db.session.execute(found)
    ]


def _registrations(phone: str) -> list[Place]:
    row = EventRegistration
    found: Any = select(
        word("event"), Event.id, row.name, Event.title, row.created_at
    ).join_from(row, Event)
    newest = found.where(row.phone == phone).order_by(row.id.desc()).limit(MOST_EVENTS)
    return [Place(*each) for each in db.session.execute(newest)]


def _asked(phone: str) -> Asked | None:
    session = SurveySession
    questions = func.json_array_length(session.questions_json)
    active = (
        select(SurveyFlow.name, session.position + 1, func.coalesce(questions, 0))
        .join_from(session, SurveyFlow)
        .where(session.phone == phone, session.status == SurveySessionStatus.ACTIVE)
    )
    row = db.session.execute(
        active.where(func.json_valid(session.questions_json))
    ).first()
    return Asked(*row) if row else None


def why_not(phone: str) -> WhyNot | None:
    """Why nothing may be written to this number, None when it may."""
    if not is_e164(phone):
        return NO_NUMBER
    if permission.open_question(phone):
        return UNDECIDED
    reason = permission.is_left_out(phone)
    return WhyNot(*SKIP_REASON_LABELS[reason], reason.value) if reason else None
