"""A database that is damaged holds sending and says so, until it is repaired (R19)."""

import pytest

from app.core.db import db
from app.dbdoctor.__main__ import main as run_doctor
from app.delivery.alert_models import Alert
from app.migrations.damage_note import get_damage_note_file
from tests.damaged_files import make_index_lie
from tests.delivery.helpers import (
    add_phones,
    get_schedule,
    start_blast,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import ZOE
from tests.visit import Visitor

# A text of the past waits again, and the index of what waits does not know it.
INDEX = "ix_messages_queued"
CHANGE = "UPDATE messages SET status = 'queued'"


def list_alerts(app):
    with app.app_context():
        return [row.event for row in db.session.scalars(db.select(Alert))]


@pytest.fixture
def damaged_app(sending_app, background, twilio):
    """An app whose first blast has left, and whose database was damaged since."""
    add_phones(sending_app, ZOE)
    jobs = background(sending_app)
    wait_until_ended(sending_app, start_blast(sending_app))
    jobs.stop()
    with sending_app.app_context():
        db.engine.dispose()
    make_index_lie(sending_app.extensions["settings"].database_path, INDEX, CHANGE)
    twilio.requests.clear()
    return sending_app


def test_an_index_that_lies_holds_sending_until_it_is_repaired(
    damaged_app, background, twilio, monkeypatch
):
    path = damaged_app.extensions["settings"].database_path
    del damaged_app.extensions["integrity_watch"]
    jobs = background(damaged_app)
    wait_until(get_damage_note_file(path).exists, "the damage to be found")
    blast_id = start_blast(damaged_app, "A second text")
    ready = damaged_app.test_client().get("/ready")
    assert ready.status_code == 503
    (problem,) = ready.json["problems"]
    assert f"missing from index {INDEX}" in problem
    assert "python -m app.dbdoctor --doctor" in problem
    page = Visitor(damaged_app)("/", "ada")
    assert "Nothing is being sent right now." in page.words
    assert "The database is damaged" in page.words
    wait_until(lambda: list_alerts(damaged_app) == ["database.damaged"], "the alert")
    assert not jobs.engine.may_release()
    jobs.stop()
    assert get_schedule(damaged_app, blast_id).status == "pending"
    assert twilio.requests == []

    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    # What the damage had queued again is nobody's wish.
    assert run_doctor(["--repair"]) in (0, 1)
    del damaged_app.extensions["integrity_watch"]
    background(damaged_app)
    wait_until_ended(damaged_app, blast_id)
    assert not get_damage_note_file(path).exists()
    assert "A second text" in [request.body for request in twilio.requests]
    assert damaged_app.test_client().get("/ready").json["problems"] == []
