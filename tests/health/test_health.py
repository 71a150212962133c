"""Two addresses for machines: the process answers; everything behind it is well."""

from app.delivery.models import Lease
from app.kit.clock import now
from app.kit.db import db, write

WITHOUT_ENGINE = "Nothing is being sent: no engine is running."


def beat(app):
    """An engine has just said that it leads."""
    with app.app_context(), write() as session:
        session.execute(db.delete(Lease))
        session.add(Lease(name="engine", holder="a" * 32, beat_at=now()))


def test_the_process_answers_without_a_database(make_app, tmp_path):
    app = make_app()
    (tmp_path / "sms.db").unlink()
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.mimetype, answer.text.strip()) == (200, "text/plain", "ok")


def test_without_an_engine_it_is_not_ready_and_says_so(visit):
    page = visit("/ready")
    assert page.status_code == 503
    assert page.json == {"ready": False, "problems": [WITHOUT_ENGINE]}


def test_with_an_engine_it_is_ready(app, visit):
    beat(app)
    page = visit("/ready")
    assert (page.status_code, page.json) == (200, {"ready": True, "problems": []})


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
