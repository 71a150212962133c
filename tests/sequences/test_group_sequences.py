"""Joining a group starts a sequence, whose steps follow one after the other."""

import pytest

from tests.sample_rows import add_member
from tests.sequences.steps import (
    DAY,
    HOUR,
    PHONE,
    START,
    join,
    list_texts,
    make_group_sequence,
    read_person,
    run_at,
    save_organisation,
)

NINE_ON_SUNDAY = START + 21 * HOUR


@pytest.fixture
def community(shop):
    """Zoe is in the community, and the organisation is in Denver."""
    save_organisation()
    add_member(PHONE, "Zoe Ames")


def test_who_joins_gets_each_step_at_its_time(community):
    group_id, _ = make_group_sequence()
    join(group_id)
    assert run_at(START) == 2
    assert list_texts() == ["Welcome, Zoe!"]
    assert read_person() == ("active", None, NINE_ON_SUNDAY)
    assert run_at(NINE_ON_SUNDAY - HOUR) == 0
    run_at(NINE_ON_SUNDAY)
    assert list_texts()[1:] == ["How was your first day?"]
    run_at(NINE_ON_SUNDAY + 7 * DAY)
    assert list_texts()[2:] == ["Still with us?"]
    assert read_person() == ("done", None, None)
    assert run_at(NINE_ON_SUNDAY + 30 * DAY) == 0
