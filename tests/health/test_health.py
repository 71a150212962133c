"""The health checks: /health and /ready."""

import os
from datetime import timedelta

import pytest

from app import scheduler
from app.core.clock import now
from app.core.db import db, write
from app.delivery.engine_models import Lease
from tests.gunicorn_server import wait_until

WITHOUT_ENGINE = "Nothing is being sent: no engine is running."


def set_heartbeat(app, seconds=0.0, holder="4711-" + "a" * 27):
    """Store the heartbeat of an engine of `seconds` ago."""
    with app.app_context(), write() as session:
        session.execute(db.delete(Lease))
        session.add(Lease(name="engine", holder=holder, beat_at=now() - timedelta(seconds=seconds)))


def test_the_process_answers_without_a_database(make_app, tmp_path):
    app = make_app()
    (tmp_path / "sms.db").unlink()
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.mimetype, answer.text.strip()) == (
        200,
        "text/plain",
        "ok",
    )


def test_without_an_engine_it_is_not_ready_and_says_so(visit):
    page = visit("/ready")
    assert page.status_code == 503
    assert page.json == {
        "ready": False,
        "problems": [WITHOUT_ENGINE],
        "seconds_since_beat": None,
        "leader_pid": None,
    }


def test_with_an_engine_it_is_ready_and_says_which_process_leads(app, visit):
    """S9: its pid."""
    set_heartbeat(app)
    page = visit("/ready")
    assert (page.status_code, page.json["ready"], page.json["problems"]) == (
        200,
        True,
        [],
    )
    assert page.json["leader_pid"] == 4711
    assert 0 <= page.json["seconds_since_beat"] < 5


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (21, "about 30 seconds"),
        (60, "about 1 minute"),
        (125, "about 2 minutes"),
        (200_000, "about 2 days 8 hours"),
    ],
)
def test_a_silent_engine_is_reported_with_its_silence(app, visit, seconds, words):
    """F42: 503 after 60 seconds without a beat (from 20 on, in fact)."""
    set_heartbeat(app, seconds)
    page = visit("/ready")
    assert page.status_code == 503
    assert page.json["problems"] == [f"Nothing is being sent: no engine has answered for {words}."]
    assert page.json["leader_pid"] is None
    assert page.json["seconds_since_beat"] >= seconds
    page_text = visit("/audit", "ada").words
    assert (
        f"Nothing is being sent right now. No engine has answered for {words}; blasts wait."
        in page_text
    )


def test_a_heartbeat_from_before_the_clock_was_set_back_does_not_count(app, visit):
    """S7: a dead engine's last beat an hour ahead of us does not look alive for an hour."""
    set_heartbeat(app, -3600)
    assert visit("/ready").status_code == 503


def test_after_a_clock_was_set_forward_one_heartbeat_is_enough(app, visit):
    """S8: the engine counts its beats on a clock that nobody sets, so the next one comes within
    3 seconds.
    """
    set_heartbeat(app, 3 * 3600)
    assert visit("/ready").status_code == 503
    set_heartbeat(app)
    assert visit("/ready").status_code == 200


def test_an_engine_that_dies_is_restarted_and_leads(app, visit, background_jobs):
    """F42: a carrier that cannot be made, at first: the thread dies, and the next tick starts
    another.
    """
    make, failures = background_jobs.engine.make_carrier, []

    def broken_at_first():
        if not failures:
            failures.append(visit("/ready").status_code)
            raise RuntimeError("injected")
        return make()

    background_jobs.engine.make_carrier = broken_at_first
    background_jobs.start()
    wait_until(lambda: visit("/ready").status_code == 200, "an engine to lead", 10)
    assert failures == [503]
    assert visit("/ready").json["leader_pid"] == os.getpid()


@pytest.fixture
def background_jobs(app):
    """The background threads of a process, not started yet."""
    background = scheduler.BackgroundJobs(app, lambda: True)
    yield background
    background.stop()


def test_a_database_that_lags_behind_the_code_is_not_ready(make_app, tmp_path):
    app = make_app()
    (tmp_path / "sms.db").write_bytes(b"")
    answer = app.test_client().get("/ready")
    assert answer.status_code == 503
    assert "newest version" in answer.json["problems"][0]


def test_a_file_that_is_no_database_is_not_ready_and_no_path_is_told(make_app, tmp_path):
    app = make_app()
    (tmp_path / "sms.db").write_bytes(b"this is a letter, not a database" * 100)
    answer = app.test_client().get("/ready")
    assert answer.status_code == 503
    assert "cannot be read" in answer.json["problems"][0]
    assert str(tmp_path) not in answer.text
