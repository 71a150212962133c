"""R13: one start without Twilio's settings cancels nothing that was made for Twilio."""

from app.core.db import db
from app.delivery.models import MessageLog
from tests.delivery.helpers import (
    get_log,
    get_schedule,
    start_blast,
    twilio_settings,
    wait_until_ended,
    wait_until_paused,
)
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members
from tests.visit import Visitor

PEOPLE = 60


def test_a_lost_env_holds_what_was_made_for_twilio(make_app, twilio, background):
    slow = make_app(**twilio_settings(twilio, send_rate=4.0))
    with slow.app_context():
        add_members(PEOPLE)
    running = start_blast(slow)
    waiting = start_blast(slow, "Tomorrow", in_seconds=86_400)
    jobs = background(slow)
    twilio.wait_for(2)
    jobs.stop()
    practice = make_app()
    jobs = background(practice)
    log = wait_until_paused(practice, running)
    assert "made for Twilio" in log.pause_reason
    assert "TWILIO_ACCOUNT_SID" in log.pause_reason
    assert get_schedule(practice, waiting).status == "pending"
    visit = Visitor(practice)
    assert "wait for Twilio's settings" in visit("/", "sol").words
    page = visit(f"/blasts/logs/{log.id}/resume", "ada", follow=True, _="")
    assert "It can't continue yet" in page.words
    jobs.stop()
    real = make_app(**twilio_settings(twilio))
    background(real)
    wait_until(lambda: get_log(real, running).status == "paused", "the pause to stay")
    Visitor(real).post(f"/blasts/logs/{log.id}/resume", "ada")
    wait_until_ended(real, running)
    assert len({request.to for request in twilio.requests}) == len(twilio.requests) == PEOPLE
    with real.app_context():
        assert db.session.scalar(db.select(db.func.count(MessageLog.id))) == 1
