"""Loads sample contacts, two events, a survey and some conversations, to try things out with."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.community.actions import add_missing_members
from app.core.clock import now
from app.delivery.actions.demo_messages import create_demo_inbound_message, create_demo_reply
from app.demo_data import (
    CONVERSATIONS,
    FLU_CLINIC_DAYS_AHEAD,
    FLU_CLINIC_TITLE,
    GUEST_NAMES,
    MEMBER_NAMES,
    OPTED_OUT_MEMBERS,
    PICNIC_DAYS_AHEAD,
    PICNIC_TITLE,
    SAVED_REPLIES,
    SURVEY_KEYWORD,
    SURVEY_NAME,
    SURVEY_QUESTIONS,
    SURVEY_THANKS,
    SURVEY_WELCOME,
    UNDELIVERABLE_MEMBER_INDEX,
    UNDELIVERABLE_REASON,
    UNKNOWN_SENDER_PHONE,
    DemoConversation,
    Direction,
    build_keywords,
    make_demo_phone,
)
from app.events.actions.demo_events import (
    DemoPerson,
    create_event_with_registrations,
    find_event_id_by_title,
)
from app.inbox.actions import thread_updates
from app.inbox.actions.saved_replies import create_missing_saved_reply
from app.inbox.actions.thread_updates import StoredText
from app.keywords.actions.keyword_rules import create_keyword_rule
from app.keywords.queries import find_keyword_conflict
from app.suppression.actions.consent_events import build_event_scope, grant_missing_consent
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.actions.stop_questions import open_stop_question
from app.suppression.actions.undeliverable_numbers import mark_number_undeliverable
from app.suppression.models import ConsentMethod
from app.surveys.actions import surveys
from app.surveys.queries.surveys import is_survey_name_taken

# Inbound texts that are older need no reply any more.
NEEDS_REPLY_MINUTES = 300
CONSENT_EVIDENCE = "Signed the list at the door (made up)"


def load_demo_data() -> int:
    """Add the made-up rows that are missing, and return how many people were added.

    Nothing that exists is changed. Call it inside an open write().
    """
    members = _build_people(MEMBER_NAMES, first_index=0)
    guests = _build_people(GUEST_NAMES, first_index=len(MEMBER_NAMES))
    added_phones = add_missing_members({member.phone: member.name for member in members})
    _add_opt_outs(added_phones)
    _add_consent(added_phones)
    today = now().date()
    _add_event(PICNIC_TITLE, today + timedelta(days=PICNIC_DAYS_AHEAD), [*members[:22], *guests])
    _add_consent({guest.phone for guest in guests}, find_event_id_by_title(PICNIC_TITLE))
    _add_survey()
    _add_event(FLU_CLINIC_TITLE, today + timedelta(days=FLU_CLINIC_DAYS_AHEAD), members[15:58:3])
    _add_keyword_rules()
    if make_demo_phone(0) in added_phones:
        _add_conversations(now())
    return len(added_phones)


def _build_people(names: Sequence[str | None], first_index: int) -> list[DemoPerson]:
    people = []
    for index, name in enumerate(names, first_index):
        people.append(DemoPerson(name, make_demo_phone(index)))
    return people


def _add_opt_outs(added_phones: set[str]) -> None:
    """Make some of the added people unreachable; people who were there before stay as they are."""
    for member in OPTED_OUT_MEMBERS:
        phone = make_demo_phone(member.member_index)
        if phone in added_phones:
            record_opt_out(
                phone,
                source=member.source,
                reason=member.reason,
                name=MEMBER_NAMES[member.member_index],
            )
    phone = make_demo_phone(UNDELIVERABLE_MEMBER_INDEX)
    if phone in added_phones:
        mark_number_undeliverable(phone, reason=UNDELIVERABLE_REASON)


def _add_consent(phones: set[str], event_id: int | None = None) -> None:
    """Record that these people agreed, to all texts or to those about an event only."""
    scope = None if event_id is None else build_event_scope(event_id)
    for phone in sorted(phones):
        grant_missing_consent(phone, ConsentMethod.WRITTEN, CONSENT_EVIDENCE, None, scope)


def _add_event(title: str, day: date, people: Sequence[DemoPerson]) -> None:
    if find_event_id_by_title(title) is None:
        create_event_with_registrations(title, day, people)


def _add_keyword_rules() -> None:
    """Add the keyword rules whose words start nothing else."""
    for rule, aliases in build_keywords(find_event_id_by_title(FLU_CLINIC_TITLE)):
        if not any(find_keyword_conflict(word) for word in [rule.keyword, *aliases]):
            create_keyword_rule(rule, aliases, None)


def _add_survey() -> None:
    """Add the survey of the picnic unless its keyword or its name exists."""
    event_id = find_event_id_by_title(PICNIC_TITLE)
    if event_id is None or is_survey_name_taken(SURVEY_NAME):
        return
    if find_keyword_conflict(SURVEY_KEYWORD):
        return
    surveys.create_survey(
        surveys.SurveyInfo(
            SURVEY_NAME, SURVEY_KEYWORD, SURVEY_WELCOME, SURVEY_QUESTIONS, SURVEY_THANKS, event_id
        )
    )


def _add_conversations(moment: datetime) -> None:
    """Add conversations that end at `moment`, and the saved replies."""
    for conversation in CONVERSATIONS:
        _add_conversation(conversation, moment)
    for title, body in SAVED_REPLIES:
        create_missing_saved_reply(title, body)


def _add_conversation(conversation: DemoConversation, moment: datetime) -> None:
    phone = UNKNOWN_SENDER_PHONE
    if conversation.member_index is not None:
        phone = make_demo_phone(conversation.member_index)
    reason = "maybe_stop" if conversation.may_mean_stop else None
    for minutes, direction, body in conversation.texts:
        sent_at = moment - timedelta(minutes=minutes)
        if direction is Direction.REPLY:
            create_demo_reply(phone, body, sent_at)
            continue
        text = StoredText(create_demo_inbound_message(phone, body, sent_at), body)
        thread_updates.record_inbound_text(
            phone, [text], sent_at, needs_reply=minutes < NEEDS_REPLY_MINUTES, reason=reason
        )
        thread_updates.index_texts_for_search([text])
    if conversation.may_mean_stop:
        open_stop_question(phone, text.id, text.body, sent_at)
