"""Who left the topic, or is on no list any more, gets nothing of a sequence."""

import pytest

from app.core.clock import pretend_moment
from app.core.db import db, write
from app.domain.sequences.step_conditions import (
    StepCondition,
    StepConditionKind,
    write_step_condition,
)
from app.groups.actions.memberships import remove_people_from_group
from app.sequences.actions.sequence_editing import StepValues
from app.suppression.actions.topic_leaves import leave_topic
from app.suppression.topic_models import TopicLeaveSource
from tests.sample_rows import add_member
from tests.sequences.steps import (
    HOUR,
    PHONE,
    START,
    join,
    list_skips,
    list_texts,
    make_group,
    make_group_sequence,
    read_person,
    run_at,
    save_organisation,
)

NINE_ON_SUNDAY = START + 21 * HOUR


@pytest.fixture
def organised(shop):
    """An organisation with nobody in it yet."""
    save_organisation()


def leave(group_id):
    with write():
        leave_topic(PHONE, group_id, TopicLeaveSource.INBOUND)


def list_step_texts():
    rows = db.session.execute(
        db.text("SELECT status, reason FROM messages WHERE kind = 'reminder'")
    )
    return [tuple(row) for row in rows]


def test_who_left_the_topic_and_stays_in_its_group_gets_no_further_step(organised):
    group_id, _ = make_group_sequence(stops_on_leaving=False)
    join(group_id)
    run_at(START)
    leave(group_id)
    assert list_step_texts() == [("skipped", "left_topic")]
    run_at(NINE_ON_SUNDAY)
    assert read_person()[:2] == ("stopped", "left_topic")
    assert list_step_texts() == [("skipped", "left_topic")]


def test_a_text_to_any_of_their_numbers_stops_in_the_moment_they_leave(organised):
    group_id, _ = make_group_sequence()
    join(group_id)
    with write():
        other = db.text(
            "INSERT INTO person_phones (phone, person_id, rank) SELECT "
            "'+13035550177', person_id, 2 FROM person_phones WHERE phone = :phone"
        )
        db.session.execute(other, {"phone": PHONE})
    run_at(START)
    with write():
        leave_topic("+13035550177", group_id, TopicLeaveSource.INBOUND)
    assert list_step_texts() == [("skipped", "left_topic")]


def test_a_step_for_a_group_is_for_no_one_who_left_its_topic(organised):
    choir = make_group("Choir")
    only = write_step_condition(StepCondition(StepConditionKind.IN_GROUP, choir))
    group_id, _ = make_group_sequence(StepValues(None, 0, None, "Dear singer", condition=only))
    join(choir)
    leave(choir)
    join(group_id)
    run_at(START)
    assert (list_texts(), list_skips()) == ([], ["condition"])


@pytest.mark.parametrize("is_member", [False, True])
def test_whom_an_undone_import_took_off_all_lists_gets_no_welcome(organised, is_member):
    group_id, _ = make_group_sequence(
        StepValues(None, 1, "09:00", "Welcome!"), stops_on_leaving=False
    )
    join(group_id)
    run_at(START)
    if is_member:
        add_member(PHONE)
    with pretend_moment(START + HOUR), write():
        remove_people_from_group(group_id, [PHONE])
    run_at(NINE_ON_SUNDAY)
    assert list_texts() == (["Welcome!"] if is_member else [])
    assert read_person()[1] == (None if is_member else "not_a_contact")
