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
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.queries.stop_questions import find_open_stop_question
from app.surveys.models import SurveyFlow, SurveySession, SurveySessionStatus

MAX_CONTACT_EVENTS, MAX_CONTACT_NOTES = 20, 5
# The room of the people lies above this one: its table is read by name.
SELECT_NOTES = text(
    "SELECT id, body, created_by, created_at FROM person_notes WHERE phone = :phone ORDER BY id DESC LIMIT :most"
).columns(created_at=UtcDateTime())


@dataclass(frozen=True)
class ReplyObstacle:
    """Why nothing may be written to somebody, and what to do about it."""

    explanation: str
    advice: str
    reason: str = ""


NOT_A_PHONE_NUMBER = ReplyObstacle(
    "This is no number that can be texted",
    "Short codes and names only send.",
    "no_number",
)
UNDECIDED_STOP = ReplyObstacle(
    "Perhaps they said STOP", "Decide first what they meant.", "maybe_stop"
)


@dataclass(frozen=True)
class ListMembership:
    """Where a number stands, under which name, since when; an event by id and title.

    "community" or "event"; on a person's own page also "list" (do not text) and "text".
    """

    where: str
    id: int
    name: str | None
    title: str | None
    since: datetime


@dataclass(frozen=True)
class ContactNote:
    """What somebody wrote down about a person."""

    id: int
    body: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class ActiveSurveyQuestion:
    """The survey somebody is answering: the question they are on, from 1, of how many."""

    survey_name: str
    question_number: int
    question_count: int


@dataclass(frozen=True)
class ConversationContact:
    """What the page of a conversation shows of whom it is with."""

    phone: str
    memberships: Sequence[ListMembership]
    notes: Sequence[ContactNote]
    active_question: ActiveSurveyQuestion | None
    number_info: PhoneNumberInfo

    @property
    def names(self) -> Sequence[str]:
        """Every name, the one to call them by first."""
        return list(
            dict.fromkeys(
                place.name for place in sort_names_by_source(self.memberships) if place.name
            )
        )

    @property
    def community_membership(self) -> ListMembership | None:
        """Their line on the list of the community."""
        return next((place for place in self.memberships if place.where == "community"), None)

    @property
    def event_memberships(self) -> Sequence[ListMembership]:
        """The events they registered for."""
        return [place for place in self.memberships if place.where == "event"]

    @property
    def is_on_any_list(self) -> bool:
        """Whether any list of ours has this number."""
        return bool(self.memberships)


def load_conversation_contact(phone: str) -> ConversationContact:
    """Whoever has this number. Every statement walks an index of it."""
    notes = [
        ContactNote(*row)
        for row in db.session.execute(SELECT_NOTES, {"phone": phone, "most": MAX_CONTACT_NOTES})
    ]
    return ConversationContact(
        phone,
        [*_find_community_membership(phone), *_find_event_memberships(phone)],
        notes,
        _find_active_survey_question(phone),
        get_phone_number_info(phone),
    )


def _find_community_membership(phone: str) -> list[ListMembership]:
    row = CommunityMember
    found = select(word("community"), row.id, row.name, row.created_at).where(row.phone == phone)
    return [
        ListMembership(where, id, name, None, since)
        for where, id, name, since in db.session.execute(found)
    ]


def _find_event_memberships(phone: str) -> list[ListMembership]:
    row = EventRegistration
    found: Any = select(word("event"), Event.id, row.name, Event.title, row.created_at).join_from(
        row, Event
    )
    newest = found.where(row.phone == phone).order_by(row.id.desc()).limit(MAX_CONTACT_EVENTS)
    return [ListMembership(*each) for each in db.session.execute(newest)]


def _find_active_survey_question(phone: str) -> ActiveSurveyQuestion | None:
    session = SurveySession
    questions = func.json_array_length(session.questions_json)
    active = (
        select(SurveyFlow.name, session.position + 1, func.coalesce(questions, 0))
        .join_from(session, SurveyFlow)
        .where(session.phone == phone, session.status == SurveySessionStatus.ACTIVE)
    )
    row = db.session.execute(active.where(func.json_valid(session.questions_json))).first()
    return ActiveSurveyQuestion(*row) if row else None


def find_reply_obstacle(phone: str) -> ReplyObstacle | None:
    """Why nothing may be written to this number, None when it may."""
    if not is_e164(phone):
        return NOT_A_PHONE_NUMBER
    if find_open_stop_question(phone):
        return UNDECIDED_STOP
    reason = find_suppression_reason(phone)
    return ReplyObstacle(*SKIP_REASON_LABELS[reason], reason.value) if reason else None
