"""A budget is never exceeded, however often the process dies while it sends."""

import random
import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control
from app.delivery.models import Message
from app.domain.delivery.message_statuses import BlastStatus
from app.sending_limits.models import SendingTotal
from tests.delivery.helpers import get_log, serve_through_twilio, start_blast, twilio_settings
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members
from tests.sending_limits.claims import claim_inside_write, release_blast, set_limits
from tests.twilio_server import TwilioServer

PRICE = Decimal("0.05")
PEOPLE, RATE, KILLS = 60, 100, 50
# What a tick does: it is committed, or the process dies before that.
TICKS = st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=8)


class ProcessDied(Exception):
    """The process dies before the transaction is committed."""


def test_whatever_ticks_die_what_was_armed_was_paid(shop):
    add_members(12)

    @settings(max_examples=12)
    @given(cents=st.integers(1, 150), long=st.booleans(), ticks=TICKS)
    def run(cents, long, ticks):
        with write():
            db.session.execute(text("DELETE FROM attempts"))
            db.session.execute(delete(Message))
            db.session.execute(delete(SendingTotal))
        budget = Decimal(cents) / 100
        set_limits(str(PRICE), budget_a_month=budget)
        release_blast("Hello " * (40 if long else 1))
        for rows, dies in ticks:
            try:
                with write():
                    claim_inside_write(rows)
                    if dies:
                        raise ProcessDied
            except ProcessDied:
                pass
        segments = sum(db.session.scalars(select(Message.segments).where(Message.attempts > 0)))
        assert segments * PRICE <= budget
        assert segments == sum(db.session.scalars(select(SendingTotal.segments)))

    run()


@pytest.mark.slow
@pytest.mark.torture
def test_fifty_kills_exceed_no_budget(make_app, make_settings):
    dice = random.Random()
    with TwilioServer() as twilio:
        twilio.answer(delay=0.03)
        app = make_app(**twilio_settings(twilio, scheduler_enabled=False))
        with app.app_context():
            add_members(PEOPLE)
        database = app.extensions["settings"].database_path
        server = serve_through_twilio(database, twilio, SEND_RATE=str(RATE), SEND_CONCURRENCY="8")
        server.start()
        try:
            for number in range(KILLS):
                _kill_during_a_blast(app, server, twilio, dice, number)
        finally:
            server.stop()


def _kill_during_a_blast(app, server, twilio, dice, number):
    """Leave money for some texts, kill the server while it sends them, and count them."""
    with app.app_context():
        counted = sum(db.session.scalars(select(SendingTotal.segments)))
        allowed = counted + dice.randint(1, PEOPLE + 10)
        set_limits(str(PRICE), budget_a_month=allowed * PRICE)
    blast_id = start_blast(app, f"Blast {number}")
    time.sleep(dice.uniform(0.05, 0.9))  # the moment of the kill is what is tested
    server.kill()
    server.start()
    log = wait_until(lambda: _find_stopped_log(app, blast_id), "the blast to stop", 60)
    assert len(twilio.requests) <= allowed, f"round {number}"
    with app.app_context(), write():
        assert sum(db.session.scalars(select(SendingTotal.segments))) <= allowed
        blast_control.stop_blast(log.id, now())
        db.session.execute(update(Message).where(Message.status == "unknown").values(status="sent"))


def _find_stopped_log(app, blast_id):
    log = get_log(app, blast_id)
    return log if log and log.status is not BlastStatus.PROCESSING else None
