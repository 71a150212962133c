"""Ada sets limits; what is no limit gets a sentence and is kept as it was typed."""

from decimal import Decimal

import pytest

from app.core.db import db
from app.domain.limits.day_limits import DayLimitRule
from app.sending_limits.models import SendingLimits
from tests.sample_rows import add_members
from tests.sending_limits.claims import claim, release_blast, set_limits

ADDRESS = "/settings/limits"
FIELDS = {
    "person_texts_a_day": "2",
    "person_texts_a_week": "",
    "day_limit_rule": "fixed",
    "texts_a_day": "1000",
    "budget_a_month": "$40,50",
}


def read_limits(app):
    with app.app_context():
        return db.session.get(SendingLimits, 1)


def price(app, amount="0.05"):
    with app.app_context():
        set_limits(amount)


def test_ada_sets_limits_and_the_audit_says_so(app, visit):
    price(app)
    page = visit(ADDRESS, "ada")
    assert "No limit" in page.words
    assert "about $0.00" in page.words
    visit(ADDRESS, "ada", **FIELDS)
    row = read_limits(app)
    assert row.person_texts_a_day == 2
    assert row.person_texts_a_week is None
    assert (row.day_limit_rule, row.texts_a_day) == (DayLimitRule.FIXED, 1000)
    assert row.budget_a_month == Decimal("40.50")
    assert "changed the limits" in visit("/audit", "ada").words
    # Without its box the number of another rule is forgotten.
    visit(ADDRESS, "ada", **FIELDS | {"day_limit_rule": "automatic"})
    assert read_limits(app).texts_a_day is None


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("person_texts_a_day", "0", "Enter a whole number from 1"),
        ("person_texts_a_week", "two", "Enter a whole number from 1"),
        ("texts_a_day", "", "Enter how many texts may be sent on a day."),
        ("day_limit_rule", "sometimes", "Choose how many texts may be sent on a day."),
        ("budget_a_month", "0", "Enter more than 0"),
        ("budget_a_month", "1,000", "Enter an amount such as 40"),
        ("budget_a_month", "-5", "Enter an amount such as 40"),
        ("budget_a_month", "2000000", "up to 1,000,000"),
    ],
)
def test_what_is_no_limit_gets_a_sentence(app, visit, field, typed, sentence):
    price(app)
    page = visit(ADDRESS, "ada", **FIELDS | {field: typed})
    assert page.status_code == 422
    assert sentence in page.words
    assert read_limits(app).texts_a_day is None


def test_a_budget_needs_a_price(app, visit):
    price(app, None)
    page = visit(ADDRESS, "ada", **FIELDS)
    assert page.status_code == 422
    assert "Set the price per segment in Settings first" in page.words


def test_sol_sets_no_limits(visit):
    assert visit(ADDRESS, "sol").status_code == 403


def test_sol_keeps_a_blast_paused_that_the_limit_of_a_day_stopped(app, visit):
    with app.app_context():
        add_members(3)
        set_limits(day_limit_rule=DayLimitRule.FIXED, texts_a_day=1)
        address = f"/blasts/logs/{release_blast().id}"
        claim()
    assert "Keep paused" in visit(address, "sol").words
    visit.post(f"{address}/pause", "sol")
    page = visit(address, "sol").words
    assert "Keep paused" not in page
    assert "8 AM" not in page
