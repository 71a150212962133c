"""A person with two numbers in the lists of an audience: one person, left out by either number."""

import pytest

from app.blasts.queries.audience import fetch_recipients
from app.core.clock import now
from app.core.db import write
from app.delivery.models import Message
from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.skip_reasons import SkipReason
from app.events.models import Event, EventAnswer, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.suppression.actions.topic_leaves import leave_topic
from app.suppression.actions.undeliverable_numbers import mark_number_undeliverable
from app.suppression.models import UnsubscribedContact
from app.suppression.topic_models import TopicLeaveSource
from tests.person_numbers import give_numbers
from tests.sample_people import LEO, MAX, MIA, ZOE

CHOIR, YOUTH = AudiencePart(PartKind.GROUP, 1), AudiencePart(PartKind.GROUP, 2)


@pytest.fixture(autouse=True)
def lists(app):
    """Zoe has ZOE and MIA, in Choir by both and in Youth by MAX, her third; Leo is in Choir."""
    with app.app_context():
        with write() as session:
            for name, phones in (("Choir", (ZOE, MIA, LEO)), ("Youth", (MAX,))):
                session.add(group := ContactGroup(name=name, folded_name=name.lower()))
                session.flush()
                session.add_all(GroupMembership(group_id=group.id, phone=phone) for phone in phones)
        give_numbers(ZOE, MIA, MAX)
        yield


def read(**rule):
    chosen = ChosenAudience(AudienceRule((CHOIR,), **rule), names={CHOIR: "Choir", YOUTH: "Youth"})
    rows = fetch_recipients(BlastTarget.AUDIENCE, None, people_of=chosen)
    return {row.phone: row.skip_reason for row in rows}


def test_each_person_once():
    assert read() == {ZOE: None, MIA: SkipReason.OTHER_NUMBER, LEO: None}


def test_a_list_that_is_left_out_leaves_the_person_out():
    assert read(excluded=(YOUTH,)) == {LEO: None}


def test_who_was_texted_today_by_another_number_was_texted_today():
    with write() as session:
        session.add(
            Message(kind="blast", phone=MAX, body="Hi", status="delivered", created_at=now())
        )
    texted = read(is_texted_today_excluded=True)
    assert texted == dict.fromkeys((ZOE, MIA), SkipReason.TEXTED_TODAY) | {LEO: None}


def test_who_left_a_topic_is_still_reached_by_another_list_at_another_number():
    with write() as session:
        session.get(ContactGroup, 1).is_topic = True
        leave_topic(MIA, 1, TopicLeaveSource.INBOUND)
    assert read()[ZOE] is SkipReason.LEFT_TOPIC
    chosen = ChosenAudience(AudienceRule((CHOIR, YOUTH)), names={CHOIR: "Choir", YOUTH: "Youth"})
    rows = fetch_recipients(BlastTarget.AUDIENCE, None, people_of=chosen)
    other_numbers = dict.fromkeys((MIA, MAX), SkipReason.OTHER_NUMBER)
    assert {row.phone: row.skip_reason for row in rows} == {ZOE: None, LEO: None, **other_numbers}


def test_the_next_number_stands_in_for_an_invalid_one():
    with write():
        for phone in (ZOE, MIA):
            mark_number_undeliverable(phone, reason="30005")
    dead = dict.fromkeys((ZOE, MIA), SkipReason.NUMBER_DEAD)
    assert read() == {**dead, LEO: None, MAX: None}
    with write() as session:
        session.add(Message(kind="blast", phone=ZOE, body="Hi", status="sent", created_at=now()))
    texted = read(is_texted_today_excluded=True)
    assert texted == {**dead, LEO: None}
    with write():
        leave_topic(MIA, 1, TopicLeaveSource.INBOUND)
    assert read() == {**dead, LEO: None}


def test_no_number_stands_in_for_someone_who_stopped_or_does_not_come():
    with write() as session:
        mark_number_undeliverable(ZOE, reason="30005")
        session.add(event := Event(title="Picnic"))
        session.flush()
        session.add(registration := EventRegistration(event_id=event.id, phone=ZOE))
    dead = (ZOE, SkipReason.NUMBER_DEAD)
    rows = fetch_recipients(BlastTarget.EVENT, event.id)
    assert [(row.phone, row.skip_reason) for row in rows] == [dead, (MIA, None)]
    with write():
        registration.answer = EventAnswer.NOT_COMING
    rows = fetch_recipients(BlastTarget.EVENT, event.id)
    assert [(row.phone, row.skip_reason) for row in rows] == [dead]
    with write() as session:
        registration.answer = None
        session.add(UnsubscribedContact(phone=MAX))
    rows = fetch_recipients(BlastTarget.EVENT, event.id)
    assert [(row.phone, row.skip_reason) for row in rows] == [dead]
