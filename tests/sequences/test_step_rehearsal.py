"""What is said before people are added, or a sequence is switched on, is what is sent then."""

from collections import Counter
from decimal import Decimal

import pytest

from app.core.clock import pretend_moment
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.sequences.sequence_states import SequenceTrigger
from app.domain.sequences.step_conditions import (
    StepCondition,
    StepConditionKind,
    write_step_condition,
)
from app.groups.models import ContactGroup
from app.sequences.actions.sequence_control import pause_sequence
from app.sequences.actions.sequence_editing import StepValues, TriggerValues
from app.sequences.actions.starts_by_hand import start_by_hand
from app.sequences.actions.step_rehearsal import rehearse_adding, rehearse_resuming
from app.sequences.models import Sequence
from app.sequences.progress_models import SequencePerson
from app.suppression.models import StopQuestion
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import TextingHoursMode
from tests.person_numbers import give_numbers
from tests.sample_rows import (
    add_dead_number,
    add_members,
    add_opt_out,
    make_phone,
)
from tests.sequences.steps import (
    DAY,
    START,
    join,
    list_skips,
    make_group,
    make_sequence,
    run_at,
    save_organisation,
)

PHONES = [make_phone(n) for n in range(9)]


@pytest.fixture
def community(shop):
    """Nine people: one opted out, one has an invalid number, one has two numbers."""
    save_organisation(introduction_days=30, price_per_segment=Decimal("0.01"), currency="USD")
    add_members(9)
    add_opt_out(PHONES[1])
    add_dead_number(PHONES[2])
    give_numbers(PHONES[3], PHONES[4])
    with write() as session:
        session.add(StopQuestion(phone=PHONES[5], body="enough", asked_at=START, decide_by=START))
        session.execute(db.text("UPDATE people SET language = 'es' WHERE id % 2"))


def read_texts():
    """Return how many texts were made, and their segments together."""
    statement = db.select(db.func.count(), db.func.sum(Message.segments))
    return tuple(db.session.execute(statement.where(Message.kind == "reminder")).one())


def test_what_the_first_step_comes_to_is_what_is_sent(community):
    group_id = make_group()
    condition = write_step_condition(StepCondition(StepConditionKind.NOT_IN_GROUP, group_id))
    first = StepValues(None, 0, None, "Welcome!", {"es": "¡Bienvenido! " * 12}, condition)
    trigger = TriggerValues(SequenceTrigger.HAND)
    sequence_id = make_sequence(trigger, first, StepValues(None, 1, "09:00", "Second text"))
    join(group_id, PHONES[6])
    sequence = db.session.get(Sequence, sequence_id)
    with pretend_moment(START):
        rehearsal = rehearse_adding(sequence, [*PHONES, PHONES[0]], {PHONES[8]}, START)
    with write():
        start_by_hand(sequence_id, PHONES[:8], "first", "ada", START)
    run_at(START)
    assert (rehearsal.text_count, rehearsal.segments) == read_texts()
    assert rehearsal.later_segments == rehearsal.text_count == 3
    stops = db.select(SequencePerson.stop_reason).where(SequencePerson.stop_reason.is_not(None))
    sent_to_no_one = Counter([*db.session.scalars(stops), *list_skips(), "maybe_stop"])
    assert rehearsal.reasons == sent_to_no_one


def test_resuming_says_what_is_sent_at_once(community):
    sequence_id = make_sequence(TriggerValues(SequenceTrigger.HAND))
    with write():
        start_by_hand(sequence_id, PHONES, "first", "ada", START)
        pause_sequence(sequence_id)
    sequence = db.session.get(Sequence, sequence_id)
    with pretend_moment(START):
        assert rehearse_resuming(sequence, START).text_count == 5
    late = START + 2 * DAY
    with pretend_moment(late):
        rehearsal = rehearse_resuming(sequence, late)
    assert (rehearsal.text_count, rehearsal.reasons["too_late"]) == (0, 7)


def test_what_waits_for_hours_is_counted_with_the_time(community):
    with write():
        create_default_hours().mode = TextingHoursMode.ON
    night = START + DAY / 2
    sequence_id = make_sequence(TriggerValues(SequenceTrigger.HAND))
    sequence = db.session.get(Sequence, sequence_id)
    with pretend_moment(night):
        rehearsal = rehearse_adding(sequence, PHONES, set(), night)
    eight = START + DAY * 20 / 24
    assert (rehearsal.text_count, rehearsal.held_count, rehearsal.held_until) == (5, 5, eight)


def test_a_sequence_whose_group_is_gone_says_so(community):
    group_id = make_group()
    trigger = TriggerValues(SequenceTrigger.GROUP, group_id=group_id)
    sequence = db.session.get(Sequence, make_sequence(trigger))
    with write() as session:
        session.execute(db.delete(ContactGroup).filter_by(id=group_id))
    with pretend_moment(START):
        rehearsal = rehearse_adding(sequence, PHONES, set(), START)
    assert (rehearsal.text_count, rehearsal.fault) == (0, "Its group is archived or deleted.")
