"""How often a number must fail before it is said not to work."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.delivery.dead_numbers import PastMessage, is_dead_number
from app.domain.delivery.message_statuses import MessageStatus

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
CODE, OTHER = 30003, 30008


def failed(blast, day, code=CODE, status=MessageStatus.UNDELIVERED):
    return PastMessage(status, code, blast, LONG_AGO + timedelta(days=day))


def went(day, status=MessageStatus.DELIVERED, blast=None):
    return PastMessage(status, None, blast, LONG_AGO + timedelta(days=day))


def struck(*texts, strikes=3, days=14):
    """Whether the number is dead after these texts, the oldest first."""
    return is_dead_number(reversed(texts), CODE, strikes, days)


# case F28 of docs/cases.md
def test_three_blasts_over_twenty_days_are_enough():
    """F28: and a delivered text in between begins the count anew."""
    assert struck(failed(1, 0), failed(2, 10), failed(3, 20))
    assert not struck(failed(1, 0), went(5), failed(2, 10), failed(3, 20))
    assert struck(went(0), failed(1, 1), failed(2, 10), failed(3, 20))


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [failed(1, 0), failed(2, 20)],
        [failed(1, 0), failed(2, 5), failed(3, 13)],
        [failed(1, 0), failed(1, 10), failed(2, 20)],
        [failed(1, 0), failed(2, 10), failed(3, 20), went(21)],
        [failed(1, 0), failed(2, 10), failed(3, 20, code=OTHER)],
        [failed(1, 0), failed(None, 10), failed(2, 20)],
        [failed(1, 0), failed(2, 10), went(15, MessageStatus.RECEIVED), failed(3, 20)],
        [failed(1, 0, status=MessageStatus.SENT), failed(2, 10), failed(3, 20)],
    ],
)
def test_anything_less_is_not(texts):
    assert not struck(*texts)


@pytest.mark.parametrize(
    "between",
    [
        went(15, MessageStatus.SENT, 4),
        failed(4, 15, code=OTHER),
        went(15, "skipped", 4),
    ],
)
def test_what_says_nothing_about_the_phone_neither_counts_nor_excuses(between):
    assert struck(failed(1, 0), failed(2, 10), between, failed(3, 20))


def test_two_blasts_on_one_day_are_two():
    assert struck(failed(1, 0), failed(2, 0), strikes=2, days=0)
    assert not struck(failed(1, 0), failed(1, 0), strikes=2, days=0)
