"""The engine counts what it sends, and never sends a text more than a limit allows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from app.blasts.actions.due_blasts import release_due_blasts
from app.core import clock
from app.core.db import db, write
from app.delivery.actions import blast_control, sending_hold
from app.delivery.alert_models import Alert
from app.delivery.engine_models import Attempt
from app.delivery.models import Message
from app.domain.delivery.installation_rules import HoldReason
from app.domain.delivery.message_statuses import BlastStatus, MessageKind
from app.domain.limits.allowances import ReachedLimit
from app.domain.limits.day_limits import DayLimitRule
from app.organisation.actions import update_organisation
from tests.sample_rows import add_members, make_phone
from tests.sending_limits.claims import (
    claim,
    queue_reply,
    read_log,
    read_totals,
    release_blast,
    set_limits,
)

NOON = datetime(2026, 5, 8, 12, 0, tzinfo=UTC)


@pytest.fixture
def at(shop):
    """Call `at(moment)` to set the clock; it is noon of a Friday at first."""
    contexts = []

    def set_clock(moment):
        contexts.append(clock.pretend_moment(moment))
        contexts[-1].__enter__()

    set_clock(NOON)
    yield set_clock
    for context in reversed(contexts):
        context.__exit__(None, None, None)


def test_every_text_counts_once_answers_too(at):
    add_members(3)
    set_limits()
    release_blast("Hello " * 40)
    queue_reply(make_phone(7))
    assert len(claim()) == 4
    assert read_totals() == {("2026-05-08", "0.05"): (4, 7)}
    with write():
        db.session.execute(update(Message).values(status="queued"))
        db.session.execute(update(Attempt).values(outcome="unprocessed"))
    # What the carrier did not take is the same text when it is sent again.
    assert len(claim()) == 4
    assert read_totals() == {("2026-05-08", "0.05"): (4, 7)}
    with write():
        db.session.execute(update(Message).values(status="queued"))
        db.session.execute(update(Attempt).where(Attempt.n == 2).values(outcome="refused"))
    claim()
    assert read_totals() == {("2026-05-08", "0.05"): (8, 14)}


def test_a_blast_pauses_before_the_text_that_the_budget_cannot_pay(at):
    add_members(10)
    set_limits(budget_a_month=Decimal("0.34"))
    log = release_blast()
    queue_reply(make_phone(11))
    assert len(claim()) == 6, "a reply and five of the blast for 0.30; a seventh would be 0.35"
    paused = read_log(log.id)
    assert paused.status is BlastStatus.PAUSED
    assert paused.pause_code == ReachedLimit.BUDGET_A_MONTH
    assert "$0.34" in paused.pause_reason
    assert db.session.scalars(select(Alert.message_log_id)).all() == [log.id]
    # The next month has its own money, and waits for a person.
    at(NOON + timedelta(days=30))
    assert release_due_blasts() == 0
    assert read_log(log.id).status is BlastStatus.PAUSED
    # Answers are sent however little is left.
    queue_reply(make_phone(12), MessageKind.SYSTEM)
    assert len(claim()) == 1


def test_a_day_s_limit_lets_the_rest_go_the_next_morning(at):
    add_members(5)
    set_limits(day_limit_rule=DayLimitRule.FIXED, texts_a_day=3)
    log = release_blast()
    assert len(claim()) == 3
    assert read_log(log.id).pause_code == ReachedLimit.TEXTS_A_DAY
    assert "3 texts a day" in read_log(log.id).pause_reason
    for hours, status in ((9, BlastStatus.PAUSED), (19, BlastStatus.PAUSED)):
        at(NOON + timedelta(hours=hours))
        release_due_blasts()
        assert read_log(log.id).status is status
    at(NOON + timedelta(hours=20))
    release_due_blasts()
    assert read_log(log.id).status is BlastStatus.PROCESSING
    with write():
        is_sent = Message.status == "submitting"
        db.session.execute(update(Message).where(is_sent).values(status="sent"))
    # Until the first is accepted the others wait.
    assert len(claim()) == 1
    assert read_totals()["2026-05-09", "0.05"] == (1, 1)


def pause_as_person(log_id):
    assert blast_control.pause_blast(log_id)


def restore_older_database(log_id):
    """Hold what is sent after a restore, and continue without Twilio's list."""
    sending_hold.hold_sending(HoldReason.BEHIND, "sandbox", clock.now())
    sending_hold.store_reconcile_failure("The list could not be read.")
    assert sending_hold.end_hold_unreconciled(0, clock.now())


@pytest.mark.parametrize("stop", [pause_as_person, restore_older_database])
def test_what_a_person_must_resume_is_not_continued_the_next_morning(at, stop):
    """After a restore the others may have the text: they would get it a second time."""
    add_members(5)
    set_limits(day_limit_rule=DayLimitRule.FIXED, texts_a_day=3)
    log = release_blast()
    claim()
    with write():
        stop(log.id)
    at(NOON + timedelta(hours=20))
    release_due_blasts()
    assert read_log(log.id).status is BlastStatus.PAUSED
    assert claim() == []
    with write():
        assert not blast_control.pause_blast(log.id), "a person paused it already"


def test_a_reminder_is_sent_over_the_limit_of_a_day_but_not_over_the_budget(at):
    add_members(3)
    set_limits(day_limit_rule=DayLimitRule.FIXED, texts_a_day=1, budget_a_month=Decimal("0.10"))
    log = release_blast()
    with write():
        db.session.execute(update(Message).values(kind=MessageKind.REMINDER))
    assert len(claim()) == 2
    assert read_log(log.id).pause_code == ReachedLimit.BUDGET_A_MONTH


def test_without_a_price_a_budget_lets_nothing_of_a_blast_pass(at):
    add_members(2)
    set_limits(None, budget_a_month=Decimal(40))
    log = release_blast()
    assert claim() == []
    assert "price per segment is not set" in read_log(log.id).pause_reason


def test_the_price_of_each_text_is_that_of_its_moment(at):
    add_members(4)
    set_limits(None)
    release_blast()
    claim(1)
    set_limits("0.10", budget_a_month=Decimal("0.35"))
    claim(1)
    set_limits("0.15")
    # What was sent without a price costs what a segment costs now: 0.15 + 0.10 + 0.15 > 0.35.
    assert claim() == []
    assert {price: texts for (_, price), (texts, _) in read_totals().items()} == {
        "": 1,
        "0.10": 1,
    }


def test_twice_the_people_may_be_texted_a_day_and_five_hundred_always(at):
    add_members(251)
    set_limits(day_limit_rule=DayLimitRule.AUTOMATIC)
    with write():
        db.session.execute(
            db.text("INSERT INTO sending_totals VALUES ('2026-05-08', 'sandbox', '0.05', 500, 500)")
        )
    log = release_blast()
    assert len(claim()) == 2
    assert "502 texts a day" in read_log(log.id).pause_reason


def test_the_day_is_the_organisation_s(at):
    add_members(2)
    set_limits()
    with write():
        update_organisation({"timezone": "America/Denver"})
    at(datetime(2026, 5, 9, 4, 0, tzinfo=UTC))
    release_blast()
    claim(1)
    with write():
        update_organisation({"timezone": "Pacific/Auckland"})
    claim(1)
    assert set(read_totals()) == {("2026-05-08", "0.05"), ("2026-05-09", "0.05")}
