"""When texts are looked up, and what follows from finding nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.delivery import message_lookups
from app.domain.delivery.message_lookups import (
    compute_first_lookup,
    compute_next_lookup,
    find_status_without_news,
)
from app.domain.delivery.message_statuses import MessageStatus

S = MessageStatus
NOON = datetime(2026, 5, 8, 12, 0, tzinfo=UTC)
ZOE, OURS = "+13035550142", "+13035550100"
NO_SKEW = timedelta()


def noon_plus(**more):
    return NOON + timedelta(**more)


# case F5 of docs/cases.md
def test_a_text_in_doubt_is_looked_up_seven_times():
    moment, delays = NOON, []
    while moment := compute_next_lookup(S.UNKNOWN, NOON, moment):
        delays.append((moment - NOON).total_seconds())
    assert delays == [30, 120, 300, 1800, 7200, 21600, 86400]


# case F39 of docs/cases.md
def test_a_text_without_a_receipt_is_looked_up_five_times():
    moment, delays = NOON, []
    while moment := compute_next_lookup(S.SENT, NOON, moment):
        delays.append((moment - NOON).total_seconds() / 3600)
    assert delays == pytest.approx([1 / 6, 1, 6, 24, 72])


def test_the_first_look_up_is_half_a_minute_or_ten_after_and_none_of_what_is_certain():
    assert compute_first_lookup(S.UNKNOWN, NOON) == noon_plus(seconds=30)
    assert (
        compute_first_lookup(S.ACCEPTED, NOON)
        == compute_first_lookup(S.SENT, NOON)
        == noon_plus(minutes=10)
    )
    assert {status for status in S if compute_first_lookup(status, NOON)} == {
        S.UNKNOWN,
        S.NOT_SENT,
        S.ACCEPTED,
        S.SENT,
    }


def test_after_a_night_without_power_one_look_up_stands_for_those_that_were_missed():
    assert compute_next_lookup(S.UNKNOWN, NOON, noon_plus(hours=8)) == noon_plus(hours=24)
    assert compute_next_lookup(S.UNKNOWN, NOON, noon_plus(hours=24)) is None


@pytest.mark.parametrize(
    ("status", "hours", "then"),
    [
        (S.UNKNOWN, 0.08, None),
        (S.UNKNOWN, 1 / 12, S.NOT_SENT),
        (S.ACCEPTED, 71.9, None),
        (S.ACCEPTED, 72, S.NO_RECEIPT),
        (S.SENT, 72, S.NO_RECEIPT),
        (S.NOT_SENT, 1000, None),
        (S.NO_RECEIPT, 1000, None),
        (S.DELIVERED, 1000, None),
    ],
)
def test_only_the_last_look_up_ends_a_doubt(status, hours, then):
    assert find_status_without_news(status, NOON, noon_plus(hours=hours)) is then


@pytest.mark.parametrize(
    ("http_status", "retry_after", "seconds"),
    [
        (None, None, 60),
        (500, None, 60),
        (429, 7, 60),
        (429, 300, 300),
        (429, 99_999, 3600),
        (401, None, 600),
    ],
)
def test_a_carrier_that_does_not_answer_is_left_alone_for_a_while(
    http_status, retry_after, seconds
):
    assert message_lookups.compute_lookup_retry_seconds(http_status, retry_after) == seconds
