"""A file that cannot be written for a moment, or not be read at all: nothing stops for good."""

import contextlib

import pytest
from sqlalchemy import event

from app.core.db import db
from tests.delivery.helpers import add_phones, count_statuses, start_blast, wait_until_ended
from tests.gunicorn_server import wait_until
from tests.sample_people import ZOE
from tests.visit import Visitor


@contextlib.contextmanager
def read_only_connections(app):
    """Open every connection as SQLite opens a file that it may not write: for reading."""

    def forbid_writing(connection, _record):
        connection.execute("PRAGMA query_only = ON")

    with app.app_context():
        engine = db.engine
        engine.dispose()
    event.listen(engine, "connect", forbid_writing)
    yield
    event.remove(engine, "connect", forbid_writing)


def test_an_engine_that_began_on_a_read_only_file_comes_back(
    sending_app, twilio, background, caplog
):
    """R8: connections that were opened meanwhile stay read-only, so they are closed."""
    add_phones(sending_app, ZOE)
    blast_id = start_blast(sending_app)
    with read_only_connections(sending_app):
        background(sending_app)
        wait_until(lambda: "readonly database" in caplog.text, "the engine to be refused")
    log = wait_until_ended(sending_app, blast_id)
    assert count_statuses(sending_app, log.id) == {"accepted": 1}
    assert len(twilio.requests) == 1


@pytest.mark.parametrize("address", ["/", "/community", "/login"])
def test_a_file_that_cannot_be_read_is_said_in_one_sentence(sending_app, caplog, address):
    """R9: 503, no traceback, and the same line each time: the log writes it once a minute."""
    visit = Visitor(sending_app)
    visit("/", "ada")
    path = sending_app.extensions["settings"].database_path
    with sending_app.app_context():
        db.engine.dispose()
    path.write_bytes(b"no database" * 1000)
    caplog.clear()
    page = visit(address, "ada")
    assert page.status_code == 503
    assert "The database cannot be read or written" in page.text
    assert "Traceback" not in caplog.text
    errors = {record.getMessage() for record in caplog.records if record.levelname == "ERROR"}
    assert errors == {"the database cannot be used: file is not a database"}
