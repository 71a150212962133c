"""A database of the first design becomes one of ours: what is taken, what is not, and why."""

import io
import sqlite3
from contextlib import closing, redirect_stdout

import pytest

from app import create_app
from app.core.settings import Settings
from app.dbdoctor.__main__ import main
from tests.dbdoctor.first_design import AT, GONE, LEA, SOL, ZOE, make_first_design
from tests.visit import Visitor


@pytest.fixture(scope="module")
def adopted(tmp_path_factory):
    """The adopted database, with what the doctor printed and its exit code."""
    folder = tmp_path_factory.mktemp("adopted")
    source = make_first_design(folder / "former.db")
    target = folder / "instance" / "sms.db"
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        patch.setenv("DATABASE_URL", f"sqlite:///{target}")
        code = main(["--adopt", str(source)])
    return target, code, said.getvalue()


def read(adopted, statement):
    with closing(sqlite3.connect(adopted[0])) as connection:
        return connection.execute(statement).fetchall()


def test_the_database_is_healthy_and_the_report_says_what_was_taken(adopted):
    _, code, said = adopted
    assert code == 0, said
    for line in (
        "Taken: 3 users.",
        "Taken: 2 community members.",
        "Taken: 1 opt-outs.",
        "Taken: 2 texts of blasts.",
        "Taken: 3 texts of the inbox.",
        "Taken: 2 scheduled blasts that waited, as canceled.",
        "Not taken: 1 community members: the number cannot be texted (ids 3).",
        "Not taken: 1 phones of users: each user verifies their own number anew (ids 1).",
        "Not taken: 1 people of blasts: the blast does not say who they were (ids 2).",
        "Stop the former program for good before you start this one",
        "is healthy.",
    ):
        assert line in said
    for secret in (ZOE, "Zoe", "Noah"):
        assert secret not in said


def test_nobody_becomes_an_admin_by_an_unknown_role_or_by_a_name_in_capitals(adopted):
    users = read(adopted, "SELECT username, role, password_hash FROM users ORDER BY id")
    assert users == [
        ("Ada", "admin", "scrypt:hash"),
        ("sol", "social_manager", "pbkdf2:hash"),
        ("eve", "social_manager", "scrypt:hash"),
    ]


def test_whoever_opted_out_or_cannot_be_reached_stays_so(adopted):
    assert read(adopted, "SELECT phone, source, created_at FROM unsubscribed_contacts") == [
        (GONE, "inbound", AT)
    ]
    rows = "SELECT phone, category, source_message_log_id FROM suppressed_contacts ORDER BY id"
    assert read(adopted, rows) == [(LEA, "opt_out", 1), (SOL, "hard_fail", None)]
    assert read(adopted, "SELECT act, method FROM consent_events WHERE phone = '+13035550104'") == [
        ("withdrawn", "stop")
    ]


def test_nothing_that_waited_is_sent_from_here(adopted):
    states = read(adopted, "SELECT id, status FROM scheduled_messages ORDER BY id")
    assert states == [(1, "cancelled"), (2, "sent"), (3, "cancelled")]
    assert read(adopted, "SELECT id, status FROM message_logs ORDER BY id") == [
        (1, "sent"),
        (2, "cancelled"),
    ]
    open_states = "('queued', 'submitting', 'unknown', 'accepted', 'sent')"
    assert read(adopted, f"SELECT count(*) FROM messages WHERE status IN {open_states}") == [(0,)]


def test_each_person_of_a_blast_has_the_text_they_got_once(adopted):
    rows = "SELECT phone, body, status, error_code FROM messages WHERE kind = 'blast' ORDER BY id"
    assert read(adopted, rows) == [
        (ZOE, "Hi Zoe, Zoe Ray!", "no_receipt", None),
        (LEA, "Hi there, there!", "failed", 21610),
    ]


def test_conversations_surveys_and_keywords_are_there(adopted):
    texts = "SELECT kind, status FROM messages WHERE message_log_id IS NULL ORDER BY id"
    assert read(adopted, texts) == [
        ("inbound", "received"),
        ("keyword", "no_receipt"),
        ("reply", "failed"),
    ]
    assert read(adopted, "SELECT phone FROM threads") == [(ZOE,)]
    sessions = "SELECT phone, status, position FROM survey_sessions ORDER BY id"
    assert read(adopted, sessions) == [(ZOE, "completed", 1), (LEA, "left", 0)]
    assert read(adopted, "SELECT prompt, body FROM survey_answers") == [("Meat or fish?", "Fish")]
    assert read(adopted, "SELECT questions_json FROM survey_flows ORDER BY id") == [
        ('["Meat or fish?"]',),
        ("[]",),
    ]
    assert read(adopted, "SELECT keyword FROM keyword_rules") == [("HOURS",)]


def test_ada_finds_her_people_and_blasts_on_the_pages(adopted):
    settings = Settings(
        secret_key="a-key-for-tests-0123456789",
        app_env="test",
        database_url=f"sqlite:///{adopted[0]}",
        public_base_url="http://sms.example.org",
    )
    visit = Visitor(create_app(settings))
    assert "Zoe Ray" in visit("/community", "Ada").text
    assert "2 people" in visit("/blasts/logs/1", "Ada").text
    assert "Nine to five" in visit("/inbox/1", "Ada").text
    assert visit("/surveys/1", "Ada").status_code == 200
    assert visit(visit.find_person_page(ZOE), "Ada").status_code == 200


def test_a_database_that_is_there_is_never_replaced(doctor, database, tmp_path):
    source = make_first_design(tmp_path / "former.db")
    before = database.read_bytes()
    code, said = doctor("--adopt", source)
    assert (code, database.read_bytes()) == (1, before)
    assert "exists already" in said


@pytest.mark.parametrize("content", ["ours", "other", "text", "empty", "gone"])
def test_a_file_of_another_kind_is_refused_and_leaves_nothing(doctor, database, tmp_path, content):
    source = {"ours": database}.get(content, tmp_path / "former.db")
    if content == "other":
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("CREATE TABLE songs (id INTEGER)")
    elif content in ("text", "empty"):
        source.write_text("a shopping list\n" * 100 if content == "text" else "")
    target = tmp_path / "new" / "sms.db"
    code, said = doctor("--adopt", source, path=target)
    assert code == 1
    assert len(said.splitlines()) == 1
    assert list(target.parent.glob("*")) == []
