"""A STOP of one number of a person holds for all of their numbers."""

import pytest
from sqlalchemy import literal, select, text

from app.core.clock import now
from app.core.db import db, write
from app.domain.delivery.skip_reasons import SkipReason
from app.groups.models import ContactGroup
from app.profiles.models import PersonPhone
from app.profiles.queries.other_phones import select_has_second_numbers
from app.suppression.actions.opt_outs import lift_opt_outs, record_opt_out
from app.suppression.actions.stop_questions import open_stop_question
from app.suppression.queries.left_topics import select_left_topic
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
    find_suppression_reasons,
    has_opted_out,
)
from app.suppression.topic_models import UnsubscribedTopic
from tests.person_numbers import give_numbers
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_dead_number


@pytest.fixture(autouse=True)
def numbers(app):
    """Zoe has three numbers, Leo one."""
    with app.app_context():
        give_numbers(ZOE, MIA, MAX)
        give_numbers(LEO)
        yield


def stop(phone, source="inbound"):
    with write():
        record_opt_out(phone, source=source)


def start(phone):
    with write():
        lift_opt_outs(phone)


def test_a_stop_of_one_number_stops_the_others_and_nobody_else():
    stop(MIA)
    everybody = find_suppression_reasons([ZOE, MIA, MAX, LEO])
    assert everybody == dict.fromkeys((ZOE, MIA, MAX), SkipReason.SAID_STOP)
    # Nor is what they write answered; but the list itself holds one number.
    assert find_suppression_reason(MAX, PermissionPurpose.ANSWERING) is SkipReason.SAID_STOP
    assert has_opted_out(MIA)
    assert not has_opted_out(ZOE)


def test_a_number_that_does_not_work_stops_no_other():
    add_dead_number(ZOE)
    assert find_suppression_reasons([ZOE, MIA]) == {ZOE: SkipReason.NUMBER_DEAD}


def test_a_doubtful_stop_holds_the_other_numbers_too():
    with write():
        open_stop_question(ZOE, None, "please no more", now())
    assert find_suppression_reason(MIA) is SkipReason.MAYBE_STOP


def test_a_number_they_had_before_says_nothing_any_more():
    stop(MAX)
    with write() as session:
        session.execute(db.update(PersonPhone).where(PersonPhone.phone == MAX).values(until=now()))
    assert find_suppression_reason(ZOE) is None


def test_start_from_another_number_counts_for_that_number_until_the_next_stop():
    stop(ZOE)
    start(MIA)
    assert find_suppression_reasons([ZOE, MIA, MAX]) == dict.fromkeys(
        (ZOE, MAX), SkipReason.SAID_STOP
    )
    stop(ZOE)
    assert find_suppression_reason(MIA) is SkipReason.SAID_STOP


def test_a_topic_is_left_by_all_numbers_of_a_person():
    with write() as session:
        session.add(group := ContactGroup(name="Choir", folded_name="choir", is_topic=True))
        session.flush()
        session.add(UnsubscribedTopic(phone=MIA, group_id=group.id))
    left = [db.session.scalar(select(select_left_topic(literal(phone), 1))) for phone in (ZOE, LEO)]
    assert left == [True, False]


def test_whether_anybody_has_a_second_number_is_one_step_in_an_index():
    statement = str(select(select_has_second_numbers()).compile(db.engine))
    plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
    assert any("ix_person_phones_second" in row.detail for row in plan)
