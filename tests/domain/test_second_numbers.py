"""Whom a blast reaches by which of their numbers, and when another number is tried."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.second_numbers import (
    PERSONAL_SKIP_REASONS,
    PersonNumber,
    is_permanent_refusal,
    skip_other_numbers,
)
from app.domain.delivery.skip_reasons import SkipReason

PHONES = [f"+1303555010{digit}" for digit in range(8)]
REASONS = st.none() | st.sampled_from(
    [SkipReason.SAID_STOP, SkipReason.NUMBER_DEAD, SkipReason.NO_CONSENT]
)
NUMBERS = st.dictionaries(
    st.sampled_from(PHONES),
    st.builds(PersonNumber, st.integers(1, 3), st.integers(1, 3), st.booleans()),
)
AUDIENCES = st.lists(
    st.tuples(st.sampled_from(PHONES), REASONS), unique_by=lambda row: row[0], max_size=8
)


def skip(audience, numbers):
    recipients = [BlastRecipient(None, phone, reason) for phone, reason in audience]
    return {row.phone: row.skip_reason for row in skip_other_numbers(recipients, numbers)}


@settings(max_examples=25)
@given(AUDIENCES, NUMBERS)
def test_each_person_is_texted_once_by_the_best_number_that_may_be(audience, numbers):
    before, after = dict(audience), skip(audience, numbers)
    for person in {number.person_id for number in numbers.values()}:
        own = [phone for phone in before if phone in numbers and numbers[phone].person_id == person]
        texted = [phone for phone in own if after[phone] is None]
        free = [phone for phone in own if before[phone] is None]
        if any(before[phone] in PERSONAL_SKIP_REASONS for phone in own):
            assert texted == []
        elif free:
            order = [(numbers[phone].is_landline, numbers[phone].rank, phone) for phone in free]
            assert texted == [min(order)[2]]
    for phone, reason in before.items():
        # Who is alone with a number, and who was skipped before, stay as they were.
        if phone not in numbers or reason is not None:
            assert after[phone] is reason


def test_a_number_that_is_listed_twice_and_skipped_once_is_not_chosen():
    first, second = PHONES[:2]
    numbers = {first: PersonNumber(1, 1), second: PersonNumber(1, 2)}
    audience = [(first, None), (first, SkipReason.REGISTERED_LATE), (second, None)]
    assert skip(audience, numbers)[second] is None


@pytest.mark.parametrize("code", [21211, 21214, 21217, 21265, 21614, 21635, 30005, 30006])
def test_refusals_for_good(code):
    assert is_permanent_refusal(find_error_code(code, "delivery"), is_dead=False)


@pytest.mark.parametrize("code", [21610, 30003, 30004, 30007, 30008, 21612, 30034, 21606, 63033])
def test_what_is_no_refusal_for_good(code):
    error_code = find_error_code(code, "delivery")
    assert not is_permanent_refusal(error_code, is_dead=False)
    # 30003: the phone was off in three blasts of two weeks.
    assert is_permanent_refusal(error_code, is_dead=True) == (code not in (21610, 30004, 63033))
