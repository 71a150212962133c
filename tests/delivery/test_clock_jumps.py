"""After the clock jumped ahead nothing leaves early and nothing expires for good (R20)."""

from datetime import timedelta

import time_machine

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.clock_watch import get_clock_watch
from app.core.db import db, write
from app.delivery.engine_models import Lease
from tests.delivery.helpers import (
    add_phones,
    get_schedule,
    list_messages,
    start_blast,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, ZOE
from tests.visit import Visitor

HOUR = timedelta(hours=1)


def wait_for_lead(app):
    def look():
        with app.app_context():
            return db.session.scalar(db.select(Lease.epoch))

    wait_until(look, "somebody to lead")


def get_ready(app):
    response = app.test_client().get("/ready")
    return response if response.status_code == 200 else None


def queue_with_deadline(app, phone, in_minutes):
    """Leave one text waiting that is too late in so many minutes, for the engine that starts."""
    add_phones(app, phone)
    scheduled_id = start_blast(app)
    with app.app_context():
        release_due_blasts()
        with write() as session:
            deadline = now() + timedelta(minutes=in_minutes)
            statement = db.text("UPDATE message_logs SET not_after = :at, status = 'paused'")
            session.execute(statement, {"at": f"{deadline:%Y-%m-%d %H:%M:%S.%f}"})
    return scheduled_id


def resume_all(app):
    with app.app_context(), write() as session:
        session.execute(db.text("UPDATE message_logs SET status = 'processing'"))


def test_held_while_twilio_says_that_the_clock_is_wrong(sending_app, background, twilio):
    """Set ahead by 1 h a blast left 50 minutes early, by 3 h one expired for good."""
    add_phones(sending_app, ZOE)
    jobs = background(sending_app)
    wait_for_lead(sending_app)
    soon = start_blast(sending_app, "In ten minutes", in_seconds=600)
    clock = get_clock_watch(sending_app)
    twilio.lists.ahead = -3 * HOUR
    with time_machine.travel(now() + 3 * HOUR, tick=True):
        wait_until(lambda: "Twilio's clock disagrees" in clock.describe_jump(), "the answer")
        assert not jobs.engine.may_release()
        page = Visitor(sending_app)("/", "ada")
        assert "This machine's clock jumped ahead by about 3 hours" in page.words
        # The lease is renewed by the new time within three seconds.
        ready = wait_until(lambda: get_ready(sending_app), "a heartbeat by the new time")
        assert "jumped ahead by about 3 hours" in ready.json["warnings"][0]
        assert get_schedule(sending_app, soon).status == "pending"
    twilio.lists.ahead = timedelta()
    assert not clock.is_in_doubt
    assert twilio.requests == []
    wait_until(lambda: jobs.engine.may_release(), "sending to go on")
    assert get_schedule(sending_app, soon).status == "pending"
    assert "warnings" not in sending_app.test_client().get("/ready").json


def test_confirmed_by_twilio_it_goes_on_at_once(sending_app, background, twilio):
    """NTP puts right a clock that was wrong: what is due by the right time leaves."""
    add_phones(sending_app, ZOE)
    background(sending_app)
    wait_for_lead(sending_app)
    soon = start_blast(sending_app, "In ten minutes", in_seconds=600)
    with time_machine.travel(now() + timedelta(minutes=11), tick=True):
        wait_until_ended(sending_app, soon)
        assert [request.to for request in twilio.requests] == [ZOE]


def test_what_is_too_late_by_the_new_time_only_waits(sending_app, background, twilio):
    """Neither sent nor expired until it is clear; a text without an end leaves meanwhile."""
    queue_with_deadline(sending_app, ZOE, 30)
    background(sending_app)
    wait_for_lead(sending_app)
    clock = get_clock_watch(sending_app)
    twilio.lists.ahead = -HOUR
    with time_machine.travel(now() + HOUR, tick=True):
        wait_until(lambda: "disagrees" in clock.describe_jump(), "the answer")
        resume_all(sending_app)
        with sending_app.app_context(), write() as session:
            session.execute(
                db.text(
                    "INSERT INTO messages (direction, kind, phone, body, status, carrier, sender, "
                    "segments, encoding) VALUES ('outbound', 'reply', :phone, 'Hello', 'queued', "
                    "'twilio', '+13035550100', 1, 'gsm7')"
                ),
                {"phone": LEO},
            )
        twilio.wait_for(1)
        assert [request.to for request in twilio.requests] == [LEO]
        statuses = {row.phone: row.status.value for row in list_messages(sending_app)}
        assert statuses[ZOE] == "queued"
    twilio.lists.ahead = timedelta()
    twilio.wait_for(2)
    assert [request.to for request in twilio.requests] == [LEO, ZOE]
