"""/ready judges whether what is due leaves, and not whether threads are alive (R18)."""

from datetime import timedelta

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import sender_throttle
from app.delivery.engine_models import Lease
from app.delivery.models import MessageLog
from app.delivery.queries.progress import find_stall
from tests.delivery.helpers import add_phones, start_blast
from tests.sample_people import ZOE


def stall(app, **later):
    with app.app_context():
        return find_stall(now() + timedelta(**later))


def test_texts_that_are_due_and_do_not_leave_make_it_not_ready(app):
    add_phones(app, ZOE)
    assert stall(app, hours=1) == ""
    start_blast(app, in_seconds=-10)
    with app.app_context(), write():
        pass
    assert stall(app) == ""
    assert "has not started" in stall(app, minutes=3)
    with app.app_context():
        release_due_blasts()
    assert stall(app, minutes=1) == ""
    assert "none has been sent for 2 minutes" in stall(app, minutes=3)
    with app.app_context(), write() as session:
        session.execute(db.update(MessageLog).values(status="paused"))
    assert stall(app, minutes=3) == ""


def test_a_sender_on_hold_is_no_stall(app):
    add_phones(app, ZOE)
    start_blast(app, in_seconds=-10)
    settings = app.extensions["settings"]
    with app.app_context():
        release_due_blasts()
        with write():
            until = now() + timedelta(minutes=10)
            sender_throttle.hold_sender(settings.sender, settings.carrier, until, None, "wait")
    assert stall(app, minutes=5) == ""


def test_ready_says_it(app):
    add_phones(app, ZOE)
    start_blast(app, in_seconds=-600)
    with app.app_context(), write() as session:
        session.execute(db.text("UPDATE scheduled_messages SET created_at = '2026-01-01 00:00:00'"))
        session.add(Lease(name="engine", holder="1-x", epoch=1, beat=1, beat_at=now()))
    response = app.test_client().get("/ready")
    assert response.status_code == 503
    assert "has not started" in response.json["problems"][0]
