"""A sequence ends for who replied, opted out, left or answered; late steps are skipped."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update

from app.core.clock import pretend_moment
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.sequences.sequence_states import SequenceTrigger
from app.domain.sequences.step_conditions import (
    StepCondition,
    StepConditionKind,
    write_step_condition,
)
from app.events.models import Event, EventRegistration
from app.groups.actions.memberships import remove_people_from_group
from app.groups.models import ContactGroup
from app.sequences.actions.sequence_control import pause_sequence, switch_on
from app.sequences.actions.sequence_editing import StepValues, TriggerValues
from app.sequences.models import Sequence
from tests.sample_rows import add_dead_number, add_inbound_text, add_member, add_opt_out
from tests.sequences.steps import (
    DAY,
    HOUR,
    PHONE,
    START,
    WELCOME,
    deliver,
    join,
    list_skips,
    list_texts,
    make_group,
    make_group_sequence,
    make_sequence,
    read_person,
    run_at,
    save_organisation,
)

NINE_ON_SUNDAY = START + 21 * HOUR
AN_HOUR_LATER = START + HOUR


@pytest.fixture
def community(shop):
    """Zoe is in the community, and the organisation is in Denver."""
    save_organisation()
    add_member(PHONE, "Zoe Ames")


def begin(*steps, **values):
    """Let Zoe join the group of a sequence and get its first step; return both ids."""
    group_id, sequence_id = make_group_sequence(*steps, **values)
    join(group_id)
    run_at(START)
    deliver()
    return group_id, sequence_id


def test_an_opt_out_ends_it(community):
    begin()
    add_opt_out(PHONE)
    run_at(NINE_ON_SUNDAY)
    assert read_person()[:2] == ("stopped", "opted_out")
    assert len(list_texts()) == 1


def test_a_reply_ends_it_only_where_it_should(community):
    add_inbound_text(PHONE, "JOIN", at=START - timedelta(seconds=1))
    begin(stops_on_reply=True)
    assert len(list_texts()) == 1
    add_inbound_text(PHONE, "Thank you", at=AN_HOUR_LATER)
    run_at(NINE_ON_SUNDAY)
    assert read_person()[:2] == ("stopped", "replied")


def test_leaving_the_group_ends_it_and_joining_again_is_a_new_start(community):
    group_id, _ = begin()
    with pretend_moment(AN_HOUR_LATER), write():
        remove_people_from_group(group_id, [PHONE])
    run_at(NINE_ON_SUNDAY)
    assert read_person()[:2] == ("stopped", "left_group")
    join(group_id, moment=NINE_ON_SUNDAY)
    run_at(NINE_ON_SUNDAY)
    assert list_texts() == ["Welcome, Zoe!", "Welcome, Zoe!"]


def test_an_answer_to_the_event_or_a_lost_registration_ends_it(community):
    with write() as session:
        session.add(event := Event(title="Supper", date=date(2026, 12, 20), created_at=START))
    trigger = TriggerValues(SequenceTrigger.REGISTERED, event_id=event.id)
    ask = StepValues(None, 0, None, "Are you coming to {event_title}?")
    again = StepValues(None, 1, "09:00", "Please tell us.")
    make_sequence(trigger, ask, again, stops_on_rsvp=True)
    phones = [PHONE, "+13035550112", "+13035550113"]
    with write() as session:
        session.add_all(
            EventRegistration(event_id=event.id, phone=phone, created_at=START) for phone in phones
        )
    run_at(START)
    with write() as session:
        registration = EventRegistration
        session.execute(
            update(registration).where(registration.phone == PHONE).values(answer="coming")
        )
        session.execute(delete(registration).where(registration.phone == phones[1]))
    run_at(NINE_ON_SUNDAY)
    assert read_person()[:2] == ("stopped", "answered_event")
    assert read_person(phones[1])[:2] == ("stopped", "not_registered")
    assert list_texts(phones[2]) == ["Are you coming to Supper?", "Please tell us."]


def test_a_pause_causes_no_burst_and_late_steps_are_named(community):
    _, sequence_id = begin(WELCOME, *(StepValues(None, 1, "09:00", f"Day {n}") for n in (1, 2, 3)))
    with write():
        pause_sequence(sequence_id)
    assert run_at(NINE_ON_SUNDAY + 2 * DAY) == 0
    with write():
        switch_on(sequence_id, "ada", NINE_ON_SUNDAY + 2 * DAY + HOUR)
    run_at(NINE_ON_SUNDAY + 2 * DAY + HOUR)
    assert list_texts() == ["Welcome, Zoe!", "Day 3"]
    assert list_skips() == ["too_late", "too_late"]


def test_a_step_is_repeated_until_its_condition_is_met(community):
    paid = make_group("Paid")
    until = write_step_condition(StepCondition(StepConditionKind.IN_GROUP, paid))
    remind = StepValues(None, 0, "09:00", "Please pay.", repeat_days=3, until_condition=until)
    begin(remind, StepValues(None, 0, None, "Thank you for paying."))
    for day in range(8):
        run_at(NINE_ON_SUNDAY + day * DAY)
    assert list_texts() == ["Please pay."] * 3
    join(paid)
    run_at(NINE_ON_SUNDAY + 9 * DAY)
    assert list_texts()[3:] == ["Thank you for paying."]
    assert read_person()[0] == "done"


def test_a_step_for_others_is_passed_over(community):
    helpers = make_group("Helpers")
    only = write_step_condition(StepCondition(StepConditionKind.IN_GROUP, helpers))
    begin(StepValues(None, 0, None, "Dear helper", condition=only), WELCOME)
    assert list_texts() == ["Welcome, Zoe!"]
    assert list_skips() == ["condition"]


def test_what_it_is_about_is_gone_so_it_pauses_and_says_why(community):
    group_id, sequence_id = begin()
    with write() as session:
        session.execute(delete(ContactGroup).where(ContactGroup.id == group_id))
    run_at(NINE_ON_SUNDAY)
    row = db.session.get(Sequence, sequence_id, populate_existing=True)
    assert (row.state.value, row.pause_reason) == ("paused", "Its group is archived or deleted.")
    assert len(list_texts()) == 1
    told = db.session.scalars(db.select(Message.body).where(Message.kind == "system")).all()
    assert all("sequence" in text for text in told)


def test_an_invalid_number_ends_it(community):
    begin()
    add_dead_number(PHONE)
    run_at(NINE_ON_SUNDAY)
    assert read_person()[:2] == ("stopped", "number_invalid")
