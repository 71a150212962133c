"""Money and time in words."""

from decimal import Decimal

import pytest

from app.domain.delivery.cost_estimate import (
    compute_cost,
    compute_send_seconds,
    format_money,
    format_segment_price,
)
from app.domain.delivery.country_currencies import get_country_currency
from app.domain.time.durations import format_approximate_duration


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1.76", "USD", "$1.76"),
        ("1.76", "usd", "$1.76"),
        ("1.76", "EUR", "€1.76"),
        ("1.76", "GBP", "£1.76"),
        ("1.76", "CHF", "CHF 1.76"),
        ("0", "USD", "$0.00"),
        ("1.755", "USD", "$1.76"),
        ("12345.6", "USD", "$12,345.60"),
        ("0.005", "USD", "$0.01"),
        ("0.0049", "USD", "$0.0049"),
        ("0.00001", "CHF", "CHF 0.0001"),
        ("-1.76", "USD", "-$1.76"),
        ("-1.76", "CHF", "CHF -1.76"),
    ],
)
def test_money_has_two_decimals_and_never_hides_a_price(amount, currency, words):
    assert format_money(Decimal(amount), currency) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.0079", "$0.0079"),
        ("0.05", "$0.05"),
        ("0.1", "$0.10"),
        ("2", "$2.00"),
        ("0.010", "$0.01"),
        ("1E-7", "$0.0000001"),
    ],
)
def test_a_price_per_part_is_shown_as_it_is(amount, words):
    assert format_segment_price(Decimal(amount), "USD") == words


def test_the_cost_is_unknown_while_the_price_is():
    assert compute_cost(150, Decimal("0.0117")) == Decimal("1.755")
    assert compute_cost(0, Decimal("0.0117")) == 0
    assert compute_cost(150, None) is None


def test_the_time_to_send_follows_the_senders_rate():
    assert compute_send_seconds(150, 1) == 150
    assert compute_send_seconds(150, 0.5) == 300
    assert compute_send_seconds(0, 50) == 0
    for rate in (0, -1, float("nan")):
        with pytest.raises(ValueError):
            compute_send_seconds(1, rate)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "a few seconds"),
        (19.9, "a few seconds"),
        (20, "about 20 seconds"),
        (31, "about 40 seconds"),
        (54, "about 60 seconds"),
        (55, "about 1 minute"),
        (89, "about 1 minute"),
        (100, "about 2 minutes"),
        (3569, "about 59 minutes"),
        (3571, "about 1 hour"),
        (3600, "about 1 hour"),
        (7800, "about 2 hours 10 minutes"),
        (7500, "about 2 hours 5 minutes"),
        (86400, "about 24 hours"),
        (48 * 3600, "about 2 days"),
        (51 * 3600, "about 2 days 3 hours"),
    ],
)
def test_a_duration_is_said_as_people_say_it(seconds, words):
    assert format_approximate_duration(seconds) == words


@pytest.mark.parametrize(
    ("region", "currency"), [("US", "USD"), ("DE", "EUR"), ("GB", "GBP"), ("PR", "USD")]
)
def test_a_country_counts_in_its_own_money(region, currency):
    assert get_country_currency(region) == currency
