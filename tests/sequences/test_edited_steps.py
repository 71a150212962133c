"""Steps that are changed, added, switched off or removed while people wait for them."""

import pytest
import time_machine

from app.core.db import db, write
from app.domain.sequences.sequence_states import SequenceTrigger
from app.sequences.actions.sequence_editing import (
    SequenceValues,
    StepValues,
    TriggerValues,
    save_sequence,
)
from app.sequences.models import Sequence
from tests.sample_rows import add_member
from tests.sequences.steps import (
    DAY,
    HOUR,
    PHONE,
    START,
    WELCOME,
    WELCOME_SERIES,
    join,
    list_texts,
    make_group_sequence,
    read_person,
    run_at,
    save_organisation,
)

NINE_ON_SUNDAY = START + 21 * HOUR


@pytest.fixture
def waiting(shop):
    """Zoe got the welcome and waits for the second step; returns the ids of group and sequence."""
    save_organisation()
    add_member(PHONE, "Zoe Ames")
    group_id, sequence_id = make_group_sequence()
    join(group_id)
    run_at(START)
    return group_id, sequence_id


def save_steps(ids, *steps, moment=START):
    """Save a sequence with these steps, as its form does."""
    group_id, sequence_id = ids
    trigger = TriggerValues(SequenceTrigger.GROUP, group_id=group_id)
    with time_machine.travel(moment, tick=False), write():
        row = db.session.get(Sequence, sequence_id, populate_existing=True)
        save_sequence(
            sequence_id, SequenceValues("Welcome", None, trigger, None, steps), row.revision
        )


def test_another_time_counts_for_who_waits(waiting):
    save_steps(waiting, StepValues(1, 0, None, WELCOME.body), StepValues(2, 3, "10:00", "Later"))
    assert read_person()[2] == NINE_ON_SUNDAY + 2 * DAY + HOUR
    run_at(NINE_ON_SUNDAY + 2 * DAY + HOUR)
    assert list_texts()[1:] == ["Later"]


def test_a_time_that_has_passed_is_the_next_time_of_day(waiting):
    steps = (StepValues(1, 0, None, WELCOME.body), StepValues(2, 5, "09:00", "Later"))
    save_steps(waiting, *steps)
    save_steps(waiting, steps[0], StepValues(2, 1, "09:00", "Later"), moment=START + 2 * DAY)
    assert read_person()[2] == NINE_ON_SUNDAY + 2 * DAY


def test_a_removed_step_leads_to_the_next_and_one_that_is_off_too(waiting):
    save_steps(waiting, StepValues(1, 0, None, WELCOME.body), StepValues(3, 7, "09:00", "Week"))
    assert read_person()[2] == NINE_ON_SUNDAY + 6 * DAY
    save_steps(waiting, StepValues(1, 0, None, ""), StepValues(3, 7, "09:00", "Week", is_on=False))
    run_at(NINE_ON_SUNDAY)
    assert read_person() == ("done", None, None)
    assert len(list_texts()) == 1


def test_an_edit_between_reading_and_writing_sends_nothing_old(waiting):
    changed = (StepValues(1, 0, None, WELCOME.body), StepValues(2, 1, "09:00", "New words"))
    save_steps(waiting, *changed, WELCOME_SERIES[2])
    run_at(NINE_ON_SUNDAY)
    assert list_texts()[1:] == ["New words"]
