"""Sequences and changed numbers, erased people, texting hours, the budget, several numbers."""

from decimal import Decimal

import pytest
import time_machine

from app.check_ins.actions.check_in_recording import CheckInSource, record_check_in
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_claiming import SendCapacity, claim_messages
from app.delivery.models import Message
from app.domain.delivery.send_rate import TokenBucket
from app.domain.phones.phone_erasure import PhoneErasure
from app.domain.sequences.sequence_states import SequenceTrigger
from app.people.actions.number_change import (
    change_number,
    make_number_first,
    move_person_data,
)
from app.profiles.queries.person_lookup import find_person_of_phone
from app.sending_limits.models import SendingLimits
from app.sequences.actions import erasure
from app.sequences.actions.sequence_editing import StepValues, TriggerValues
from app.sequences.actions.starts_by_hand import start_by_hand
from app.sequences.models import SequenceStep
from app.sequences.progress_models import SequencePerson, SequenceSend
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import TextingHoursMode
from tests.person_numbers import give_numbers
from tests.sample_rows import add_dead_number, add_inbound_text, add_member, add_opt_out
from tests.sequences.steps import (
    DAY,
    HOUR,
    PHONE,
    START,
    join,
    list_skips,
    list_texts,
    make_group_sequence,
    make_sequence,
    read_person,
    run_at,
    save_organisation,
)

OTHER = "+13035550112"
NINE_ON_SUNDAY = START + 21 * HOUR


@pytest.fixture
def community(shop):
    """Zoe is in the community, and the organisation is in Denver."""
    save_organisation()
    add_member(PHONE, "Zoe Ames")


def begin(*steps, phones=(PHONE,), **values):
    """Let numbers join the group of a sequence and get its first step; return both ids."""
    group_id, sequence_id = make_group_sequence(*steps, **values)
    join(group_id, *phones)
    run_at(START)
    return group_id, sequence_id


def claim_at(moment):
    """Claim what may leave at a moment, as a tick does; return the numbers."""
    capacity = SendCapacity(40, TokenBucket(10_000), 0.0)
    with time_machine.travel(moment, tick=False), write():
        return [message.phone for message in claim_messages("sandbox", capacity, now())]


def turn_hours_on():
    with write():
        create_default_hours().mode = TextingHoursMode.ON


def test_a_new_number_goes_on_and_gets_what_waits(community):
    begin()
    with write():
        change_number(PHONE, OTHER, START)
    assert list_texts(OTHER) == ["Welcome, Zoe!"]
    run_at(NINE_ON_SUNDAY)
    assert list_texts(OTHER)[1:] == ["How was your first day?"]
    assert read_person() is None


def test_two_numbers_of_one_start_are_one_way_and_no_step_is_sent_again(community):
    begin(phones=(PHONE, OTHER))
    run_at(NINE_ON_SUNDAY)
    with write() as session:
        session.execute(db.update(SequencePerson).values(start_key="group:1"))
        behind = session.scalars(db.select(SequencePerson).filter_by(phone=OTHER)).one()
        session.execute(db.delete(SequenceSend).filter_by(sequence_person_id=behind.id))
        behind.step_id, behind.next_at = 1, NINE_ON_SUNDAY
        session.flush()
        move_person_data(PHONE, OTHER)
    texts = list_texts(OTHER)
    run_at(NINE_ON_SUNDAY + HOUR)
    assert list_texts(OTHER) == texts
    assert db.session.scalar(db.select(db.func.count(SequencePerson.id))) == 1


def test_of_a_person_s_two_numbers_one_gets_the_steps(community):
    add_member(OTHER)
    give_numbers(PHONE, OTHER)
    # Somebody after them has nothing to do with it.
    begin(phones=(PHONE, OTHER, "+13035550113"))
    assert (list_texts(), list_texts(OTHER)) == (["Welcome, Zoe!"], [])
    assert read_person(OTHER)[:2] == ("stopped", "other_number")
    add_dead_number(PHONE)
    run_at(NINE_ON_SUNDAY)
    assert list_texts(OTHER) == ["How was your first day?"]


def test_a_second_number_that_becomes_the_first_goes_on_with_the_steps(community):
    add_member(OTHER)
    give_numbers(PHONE, OTHER)
    sequence_id = make_sequence(TriggerValues(SequenceTrigger.HAND))
    with write():
        start_by_hand(sequence_id, [PHONE, OTHER], "both", "ada", START)
    run_at(START)
    with write():
        make_number_first(find_person_of_phone(PHONE), OTHER)
    run_at(NINE_ON_SUNDAY)
    assert (list_texts(), list_texts(OTHER)) == (["Welcome, Zoe!"], ["How was your first day?"])


def test_a_reply_from_their_other_number_ends_it(community):
    add_member(OTHER)
    give_numbers(PHONE, OTHER)
    begin(stops_on_reply=True)
    add_inbound_text(OTHER, "Thank you", at=START + HOUR)
    run_at(NINE_ON_SUNDAY)
    assert read_person()[:2] == ("stopped", "replied")


def test_an_erased_person_is_in_no_sequence(community):
    begin()
    with write():
        assert erasure.erase_phone(PhoneErasure(PHONE, "#1", "ada", START)) == {
            "sequence_people": 1
        }
    assert run_at(NINE_ON_SUNDAY) == 0


def test_steps_in_another_order_are_sent_once_each(community):
    begin()
    with write():
        db.session.execute(db.update(SequenceStep).filter_by(id=1).values(position=9))
    for day in (0, 7, 8, 9):
        run_at(NINE_ON_SUNDAY + day * DAY)
    assert list_texts() == ["Welcome, Zoe!", "How was your first day?", "Still with us?"]
    assert read_person()[0] == "done"


def test_a_step_waits_for_the_hours_of_its_reader(community):
    turn_hours_on()
    night = START + 11 * HOUR
    group_id, _ = make_group_sequence()
    join(group_id, moment=night)
    run_at(night)
    eight = NINE_ON_SUNDAY - HOUR
    assert read_person() == ("active", None, eight)
    run_at(eight)
    assert list_texts() == ["Welcome, Zoe!"]
    # The day after the text that was read on Sunday.
    assert read_person()[2] == NINE_ON_SUNDAY + DAY


def test_a_text_that_is_made_before_the_night_waits_and_an_opt_out_of_it_is_obeyed(community):
    begin()
    turn_hours_on()
    assert claim_at(START + 11 * HOUR) == []
    assert claim_at(START + 11 * HOUR) == []
    add_opt_out(PHONE)
    assert claim_at(START + 22 * HOUR) == []
    statement = db.select(Message.status).where(Message.kind == "reminder")
    assert [status.value for status in db.session.scalars(statement)] == ["skipped"]


def test_without_money_nothing_is_made_and_a_day_later_it_is_named(community):
    save_organisation(price_per_segment=Decimal("0.05"), currency="USD")
    begin()
    with write() as session:
        session.merge(SendingLimits(id=1, budget_a_month=Decimal("0.01"), day_limit_rule="off"))
    assert claim_at(START) == []
    assert run_at(NINE_ON_SUNDAY) == 0
    run_at(NINE_ON_SUNDAY + DAY + HOUR)
    assert list_skips() == ["too_late"]
    assert list_texts() == ["Welcome, Zoe!"]


def test_texts_are_in_the_language_of_the_reader_and_the_first_says_who_writes(community):
    save_organisation(introduction_days=30)
    with write():
        db.session.execute(db.text("UPDATE people SET language = 'es'"))
    begin(
        StepValues(None, 0, None, "Welcome, {first_name}!", {"es": "¡Hola, {first_name}!"}),
        StepValues(None, 1, "09:00", "Second text", {"es": "Otro texto"}),
    )
    assert claim_at(START) == [PHONE]
    with write():
        db.session.execute(db.update(Message).values(status="delivered", sent_at=START))
    run_at(NINE_ON_SUNDAY)
    first, second = list_texts()
    assert first.startswith("Ohr: ¡Hola, Zoe!")
    assert second == "Otro texto"
    row = db.session.scalars(db.select(Message).where(Message.kind == "reminder")).first()
    assert (row.language, row.is_introduction) == ("es", True)


def test_after_an_older_database_was_restored_a_text_of_the_carrier_s_list_counts(community):
    begin()
    found = {"direction": "outbound", "kind": "reply", "status": "delivered", "phone": PHONE}
    with write() as session:
        body = "How was your first day?"
        session.add(Message(**found, body=body, created_at=NINE_ON_SUNDAY))
    run_at(NINE_ON_SUNDAY + HOUR)
    assert list_skips() == ["has_text"]
    assert list_texts() == ["Welcome, Zoe!"]


def test_a_text_can_name_the_streak(community):
    for day in range(2):
        with write():
            record_check_in(CheckInSource("PRAY"), PHONE, START - (1 - day) * DAY)
    begin(StepValues(None, 0, None, "{streak} days in a row, {first_name}!"))
    assert list_texts() == ["2 days in a row, Zoe!"]
