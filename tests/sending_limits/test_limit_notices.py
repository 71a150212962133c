"""The review says what is used of a limit, and how many people get the blast before it pauses."""

from decimal import Decimal

import pytest

from app.domain.limits.day_limits import DayLimitRule
from app.domain.limits.fitting_texts import count_texts_that_fit
from tests.blasts.helpers import open_review
from tests.sample_rows import add_members
from tests.sending_limits.claims import claim, read_log, release_blast, set_limits

FIXED = {"day_limit_rule": DayLimitRule.FIXED}


@pytest.fixture
def review(app, visit):
    """Call `review(price, **limits)` for the words of a review to twelve people."""
    with app.app_context():
        add_members(12)

    def show(price="0.05", sends=0, **limits):
        with app.app_context():
            set_limits(price, **limits)
            if sends:
                release_blast()
                claim(sends)
        return open_review(visit, "sol", message_body="Hello").words

    return show


def test_without_limits_nothing_is_said(review):
    words = review()
    assert "Budget" not in words
    assert "a day" not in words


def test_a_blast_that_fits_says_what_is_used(review):
    words = review(budget_a_month=Decimal(40), sends=10)
    assert "$0.50 of $40.00 used. This blast costs about $0.60." in words
    assert "What still waits in other blasts costs $0.10." in words
    assert "before it pauses" not in words


def test_a_blast_over_the_budget_names_how_many_get_it(review):
    words = review(budget_a_month=Decimal("0.25"))
    assert "$0.00 of $0.25 used. This blast costs about $0.60. Only 5 of 12 people get it" in words
    assert "It pauses before the first text" in review(budget_a_month=Decimal("0.01"))
    assert "the price per segment is not set" in review(None)


def test_a_blast_over_a_day_s_limit_continues_the_next_day(review):
    words = review(**FIXED, texts_a_day=13, sends=1)
    assert "The limit is 13 texts a day, and 12 are sent or waiting." in words
    assert "Only 1 of 12 people gets it that day. It continues at 8 AM the next day." in words
    assert "No one gets it that day" in review(**FIXED, texts_a_day=12)


def test_texts_fit_until_the_first_that_does_not():
    price = Decimal("0.1")
    assert count_texts_that_fit([1, 2, 1], Decimal("0.3"), price) == 2
    assert count_texts_that_fit([1, 3, 1], Decimal("0.3"), price) == 1
    assert count_texts_that_fit([1], Decimal("-1"), price) == 0


def test_a_paused_blast_says_why_and_is_not_resumed_before_there_is_room(app, visit, review):
    review(budget_a_month=Decimal("0.10"), sends=9)
    page = visit("/blasts/logs/1", "ada")
    assert "The budget of $0.10 for this month is not enough for the next text." in page.words
    assert "An admin can change the budget in Settings" in page.words
    visit("/blasts/logs/1/resume", "ada", x="")
    assert "It can't continue yet. The budget of $0.10" in visit("/blasts/logs/1", "ada").words
    assert "spent of $0.10 for" in visit("/", "ada").words
    with app.app_context():
        set_limits(budget_a_month=Decimal(1))
    visit("/blasts/logs/1/resume", "ada", x="")
    with app.app_context():
        assert read_log(1).status == "processing"
