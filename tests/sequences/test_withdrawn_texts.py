"""Texts that wait are taken back by a pause, and are not sent to who is no longer meant."""

import pytest
import time_machine

from app.core.clock import now, pretend_moment
from app.core.db import db, write
from app.delivery.actions.message_claiming import SendCapacity, claim_messages
from app.delivery.models import Message
from app.domain.delivery.send_rate import TokenBucket
from app.groups.actions.memberships import remove_people_from_group
from app.groups.models import ContactGroup
from app.sequences.actions.person_control import end_person, pause_person, resume_person
from app.sequences.actions.sequence_control import pause_sequence, switch_on
from app.sequences.models import Sequence
from tests.sample_rows import add_inbound_text, add_member
from tests.sequences.steps import (
    DAY,
    DAY_AFTER,
    HOUR,
    PHONE,
    START,
    WELCOME,
    join,
    make_group_sequence,
    read_person,
    run_at,
    save_organisation,
)


@pytest.fixture
def waiting(shop):
    """Zoe's first text waits to be sent; returns the ids of group and sequence."""
    save_organisation()
    add_member(PHONE, "Zoe Ames")
    group_id, sequence_id = make_group_sequence(WELCOME, stops_on_reply=True)
    join(group_id)
    run_at(START)
    assert list_statuses() == ["queued"]
    return group_id, sequence_id


def list_statuses():
    statement = db.select(Message.status).filter_by(kind="reminder").order_by(Message.id)
    return [status.value for status in db.session.scalars(statement)]


def test_a_pause_takes_the_text_back_and_resuming_sends_it(waiting):
    _, sequence_id = waiting
    with write():
        pause_sequence(sequence_id)
    assert (list_statuses(), read_person()) == (["cancelled"], ("active", None, START))
    with write():
        switch_on(sequence_id, "ada", START + HOUR)
    run_at(START + HOUR)
    assert list_statuses() == ["cancelled", "queued"]
    assert read_person()[0] == "done"


def test_a_pause_of_one_person_takes_theirs_back_and_ending_it_sends_nothing(shop):
    save_organisation()
    group_id, sequence_id = make_group_sequence()
    join(group_id)
    run_at(START)
    with write():
        pause_person(sequence_id, 1)
    assert (list_statuses(), read_person()) == (["cancelled"], ("paused", None, START))
    with write():
        resume_person(sequence_id, 1)
    run_at(START)
    assert list_statuses() == ["cancelled", "queued"]
    with write():
        end_person(sequence_id, 1, START)
    assert list_statuses() == ["cancelled", "cancelled"]
    assert read_person()[:2] == ("stopped", "by_hand")


def test_of_two_steps_that_wait_a_pause_leads_back_to_the_first(shop):
    save_organisation()
    group_id, sequence_id = make_group_sequence(WELCOME, DAY_AFTER)
    join(group_id)
    run_at(START)
    run_at(START + DAY)
    assert list_statuses() == ["queued", "queued"]
    with write():
        pause_sequence(sequence_id)
    assert (list_statuses(), read_person()) == (["cancelled"] * 2, ("active", None, START))
    with write():
        switch_on(sequence_id, "ada", START + HOUR)
    run_at(START + HOUR)
    assert list_statuses() == ["cancelled", "cancelled", "queued"]


def test_what_was_claimed_meanwhile_is_not_taken_back(waiting):
    with write():
        db.session.execute(db.update(Message).values(status="submitting"))
        pause_sequence(waiting[1])
    assert list_statuses() == ["submitting"]
    with write():
        switch_on(waiting[1], "ada", START)
    run_at(START + DAY)
    assert list_statuses() == ["submitting"]


def test_who_leaves_or_replies_while_it_waits_gets_nothing(waiting):
    group_id, _ = waiting
    other = "+13035550112"
    join(group_id, other, moment=START)
    run_at(START)
    with pretend_moment(START + HOUR), write():
        remove_people_from_group(group_id, [PHONE])
    add_inbound_text(other, "Hello", at=START + HOUR)
    run_at(START + HOUR)
    assert list_statuses() == ["cancelled", "cancelled"]


def test_a_group_that_is_gone_takes_the_texts_back(waiting):
    group_id, sequence_id = waiting
    with write():
        db.session.execute(db.delete(ContactGroup).filter_by(id=group_id))
    run_at(START + HOUR)
    assert list_statuses() == ["cancelled"]
    assert db.session.get(Sequence, sequence_id, populate_existing=True).state == "paused"


def test_what_an_outage_keeps_for_more_than_a_day_is_too_late(waiting):
    capacity = SendCapacity(40, TokenBucket(10_000), 0.0)
    late = START + 3 * DAY
    with time_machine.travel(late, tick=False), write():
        assert claim_messages("sandbox", capacity, now()) == []
    assert list_statuses() == ["expired"]
