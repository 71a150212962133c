"""Whom a conversation is with, and whether we may text them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, union_all

from app.community.queries import select_member_record
from app.core.clock import now
from app.core.db import db
from app.delivery.queries.recent_texts import select_newest_inbound_time
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.display_names import sort_names_by_source
from app.domain.phones.phone_number import is_e164
from app.domain.phones.phone_number_info import PhoneNumberInfo, get_phone_number_info
from app.events.queries.phone_registrations import select_registration_records
from app.inbox.queries.person_note_source import ContactNote, list_person_notes
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
)
from app.suppression.queries.stop_questions import select_has_open_stop_question
from app.surveys.queries.survey_sessions import (
    ActiveQuestion,
    SessionOfPhone,
    find_active_question,
    find_survey_sessions_of_phone,
)

MAX_CONTACT_EVENTS = 20
MAX_CONTACT_NOTES = 5
MAX_CONTACT_SURVEYS = 3
# A reply later than this after their last text is no answer any more.
LIVE_CONVERSATION = timedelta(days=30)


@dataclass(frozen=True)
class ReplyObstacle:
    """Why nothing may be written to somebody, and what to do about it."""

    explanation: str
    advice: str
    reason: str = ""


NOT_A_PHONE_NUMBER = ReplyObstacle(
    "This number can't receive texts",
    "Short codes and named senders only send.",
    "no_number",
)
UNDECIDED_STOP = ReplyObstacle(
    "This may be an opt-out request", "Decide above first.", "maybe_stop"
)


@dataclass(frozen=True)
class ListMembership:
    """Where a number stands, under which name and since when; an event by its id and title.

    `where`: "community" or "event"; on a person's own page also "list" (do not text) and "text".
    """

    where: str
    id: int
    name: str | None
    title: str | None
    since: datetime


@dataclass(frozen=True)
class ConversationContact:
    """What the page of a conversation shows of the person at the other end."""

    phone: str
    memberships: Sequence[ListMembership]
    notes: Sequence[ContactNote]
    survey_sessions: Sequence[SessionOfPhone]
    active_question: ActiveQuestion | None
    number_info: PhoneNumberInfo

    @property
    def names(self) -> Sequence[str]:
        """Every name of the person once, the display name first."""
        names = [place.name for place in sort_names_by_source(self.memberships) if place.name]
        return list(dict.fromkeys(names))

    @property
    def event_memberships(self) -> Sequence[ListMembership]:
        """The events that the person registered for."""
        return [place for place in self.memberships if place.where == "event"]

    @property
    def is_on_any_list(self) -> bool:
        """Whether any list of ours has this number."""
        return bool(self.memberships)


def load_conversation_contact(phone: str) -> ConversationContact:
    """Return what is known of a number. Every statement walks an index of phones."""
    sessions = find_survey_sessions_of_phone(phone, MAX_CONTACT_SURVEYS)
    return ConversationContact(
        phone,
        _load_memberships(phone),
        list_person_notes(phone, MAX_CONTACT_NOTES),
        sessions,
        find_active_question(phone) if sessions else None,
        get_phone_number_info(phone),
    )


def _load_memberships(phone: str) -> list[ListMembership]:
    """Return where the number stands: the community first, then events, the newest first."""
    registrations = select_registration_records(phone, MAX_CONTACT_EVENTS).subquery()
    records = union_all(select_member_record(phone), select(registrations))
    memberships = []
    for id_, name, title, since in db.session.execute(records):
        where = "community" if title is None else "event"
        memberships.append(ListMembership(where, id_, name, title, since))
    return memberships


def find_reply_obstacle(phone: str) -> ReplyObstacle | None:
    """Return why nothing may be written to this number, or None when it may."""
    if not is_e164(phone):
        return NOT_A_PHONE_NUMBER
    is_undecided, written_at = db.session.execute(
        select(select_has_open_stop_question(phone), select_newest_inbound_time(phone))
    ).one()
    if is_undecided:
        return UNDECIDED_STOP
    # In a live conversation we answer; after that a text of ours begins a new one.
    purpose = PermissionPurpose.BEGINNING
    if written_at is not None and written_at >= now() - LIVE_CONVERSATION:
        purpose = PermissionPurpose.ANSWERING
    reason = find_suppression_reason(phone, purpose)
    if reason is None:
        return None
    return ReplyObstacle(*SKIP_REASON_LABELS[reason], reason.value)
