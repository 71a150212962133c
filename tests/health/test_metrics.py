"""/metrics for Prometheus, the slow statements, and who learns the details of /ready."""

import logging
import re
import sqlite3
from contextlib import closing

import pytest

from app.core.db import configure_connection, db
from app.core.prepared_statements import PreparedStatement
from app.core.slow_statements import (
    SLOW_STATEMENTS,
    SlowStatementCounter,
    TimedConnection,
    mask_values,
)
from app.health.metric_text import Metric, Sample, write_metrics

TOKEN = "a-token-of-some-length"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SLOW_SQL = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
    "SELECT i FROM n WHERE 'Zoe' <> '+13035550142'"
)


@pytest.fixture
def watched_app(make_app):
    """An app whose METRICS_TOKEN is set."""
    return make_app(metrics_token=TOKEN)


@pytest.fixture
def everything_is_slow(monkeypatch):
    """Each statement counts as slow."""
    SLOW_STATEMENTS.clear()
    monkeypatch.setattr(SLOW_STATEMENTS, "threshold_seconds", -1.0)
    yield SLOW_STATEMENTS
    SLOW_STATEMENTS.clear()


def read_metrics(text):
    """The figures by name and labels; every line is one that Prometheus reads."""
    figures = {}
    for line in text.splitlines():
        if not line.startswith("# "):
            match = re.fullmatch(r"(smsadmin_\w+(?:\{.*\})?) (-?[\d.]+)", line)
            assert match, line
            figures[match[1]] = float(match[2])
    return figures


def test_without_a_token_in_the_settings_the_page_is_not_there(make_app):
    assert make_app().test_client().get("/metrics", headers=BEARER).status_code == 404


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_a_wrong_token_opens_nothing(watched_app, value):
    answer = watched_app.test_client().get("/metrics", headers={"Authorization": value})
    assert (answer.status_code, "smsadmin" in answer.text) == (401, False)


def test_prometheus_reads_the_figures(watched_app):
    client = watched_app.test_client()
    client.get("/health")
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    figures = read_metrics(answer.text)
    for name in (
        *('texts_in_queue{state="waiting"}', 'texts_in_queue{state="held"}', "engine_up"),
        *('file_bytes{file="database"}', "disk_free_bytes", "open_sessions", "refused_calls"),
        "process_start_time_seconds",
    ):
        assert f"smsadmin_{name}" in figures
    assert figures['smsadmin_requests_total{kind="page",answer="2xx"}'] >= 1
    assert figures["smsadmin_engine_up"] == 0


def test_the_format_is_escaped():
    samples = [Sample(2, {"sql": 'a "b" \\ \n'}), Sample(0.5)]
    assert write_metrics([Metric("x", "gauge", "X.", samples), Metric("y", "gauge", "Y.", [])]) == (
        "# HELP smsadmin_x X.\n# TYPE smsadmin_x gauge\n"
        'smsadmin_x{sql="a \\"b\\" \\\\ \\n"} 2\nsmsadmin_x 0.500\n'
    )


def test_slow_statements_are_named_without_their_values(app, everything_is_slow, caplog):
    statement = PreparedStatement("SELECT 1 WHERE 'Zoe' <> :phone")
    with app.app_context(), caplog.at_level(logging.WARNING):
        for _ in range(3):
            statement.fetch_rows(phone="+13035550142")
        db.session.execute(db.text(SLOW_SQL)).fetchall()
        db.session.rollback()
    found = {each.sql: each.count for each in everything_is_slow.list_statements()}
    assert found["SELECT ? WHERE ? <> :phone"] >= 3
    assert any(sql.startswith("WITH RECURSIVE") for sql in found)
    lines = [record.getMessage() for record in caplog.records]
    assert sum("SELECT ? WHERE ? <> :phone" in line for line in lines) == 1
    assert not any(word in line for line in lines for word in ("Zoe", "1303"))


def test_an_admin_sees_the_slow_statements(visit, everything_is_slow):
    visit("/", "ada")
    page = visit("/settings/slow-statements", "ada")
    assert page.status_code == 200
    assert "dashboard.show_dashboard" in page.text


def test_what_nobody_can_name_is_counted_as_one():
    counter = SlowStatementCounter()
    for number in range(250):
        counter.record(f"SELECT {'a' * number}", 1.0)
    assert len(counter.list_statements()) == 201


@pytest.mark.parametrize(
    ("sql", "masked"),
    [
        ("SELECT  1,\n 2.5 FROM t1", "SELECT ?, ? FROM t1"),
        ("phone = '+1303' AND name = 'O''Brien'", "phone = ? AND name = ?"),
        ("id IN (?, ?, ?)", "id IN (…)"),
        ("id IN (:a_1, :a_2)", "id IN (…)"),
        ("id = :id_1", "id = :id_1"),
    ],
)
def test_values_are_masked(sql, masked):
    assert mask_values(sql) == masked


@pytest.mark.parametrize(
    ("address", "headers", "sees_details"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("203.0.113.9", {}, False),
        ("203.0.113.9", BEARER, True),
        # A proxy on this machine, of which nobody said that it may be trusted.
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, False),
    ],
)
def test_strangers_learn_only_whether_it_is_ready(watched_app, address, headers, sees_details):
    """F29: why it is not, and which process leads, is for whoever runs it."""
    answer = watched_app.test_client().get(
        "/ready", headers=headers, environ_base={"REMOTE_ADDR": address}
    )
    assert answer.status_code == 503
    assert (answer.json != {"ready": False}) is sees_details


def test_every_connection_is_timed_and_set_up(tmp_path):
    """M15: foreign keys, synchronous writes, WAL, and a wait of ten seconds for the lock."""
    with closing(sqlite3.connect(tmp_path / "x.db", factory=TimedConnection)) as connection:
        configure_connection(connection)
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("foreign_keys", "synchronous", "journal_mode", "busy_timeout")
        }
    expected = {"foreign_keys": 1, "synchronous": 2, "journal_mode": "wal", "busy_timeout": 10000}
    assert found == expected


def test_the_app_uses_timed_connections(app):
    """M15: those of a request, of the engine's threads, and of write()."""
    with app.app_context():
        connection = db.session.connection().connection.driver_connection
        assert isinstance(connection, TimedConnection)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
        db.session.rollback()
