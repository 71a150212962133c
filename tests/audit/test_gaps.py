"""The twelve acts that the audit did not see (F9), each with its row; and what is refused (F16)."""

import io
import json
import sqlite3

import pytest

from app.audit.models import AuditEvent
from app.audit.pending_acts import (
    MAX_STRANGER_ROWS,
    note_refusal,
)
from app.audit.pending_acts_writer import PendingActsWriter, write_pending_acts
from app.core import error_pages
from app.core.db import db
from app.dbdoctor import __main__ as doctor
from app.migrations.migration_files import find_migrations
from tests.sample_people import PASSWORD, ZOE
from tests.sample_rows import add_inbound_text, add_member

FILE = "Name,Phone\nAna,303 555 0101\nBo,303 555 01\n"
UPLOAD = "/community/import"


@pytest.fixture
def read_rows(app):
    """Write what waits, and read the rows of a verb, oldest first."""

    def read(verb):
        with app.app_context():
            write_pending_acts()
            rows = db.session.query(AuditEvent).filter_by(verb=verb).order_by(AuditEvent.id)
            return rows.all()

    return read


@pytest.fixture
def upload(visit):
    """The address of an uploaded list with one row that cannot be read."""
    return visit(UPLOAD, "ada", files={"file": (io.BytesIO(FILE.encode()), "choir.csv")}).location


def assert_by_ada(rows):
    (row,) = rows
    assert (row.who, row.user_id) == ("ada", 1)
    assert row.client_ip
    assert row.request_id
    return row


def test_01_an_upload_of_a_list(upload, read_rows):
    row = assert_by_ada(read_rows("list.uploaded"))
    assert (row.thing_kind, row.thing_name) == ("import", "choir.csv")
    assert json.loads(row.details) == {"list": "members", "rows": 2}


def test_02_a_row_put_right(visit, upload, read_rows):
    visit(f"{upload}/line/3", "ada", name="Bo", phone="303 555 0102")
    assert json.loads(assert_by_ada(read_rows("list.row_fixed")).details)["line"] == 3


def test_03_columns_read_anew(visit, upload, read_rows):
    visit(upload, "ada", column_0="ignored", column_1="phone", headings="1")
    assert_by_ada(read_rows("list.read_again"))


def test_04_a_download_of_bad_rows(visit, upload, read_rows):
    assert "303 555 01" in visit(f"{upload}/bad-rows", "ada").text
    assert json.loads(assert_by_ada(read_rows("list.bad_rows_downloaded")).details)["rows"] == 1


def test_05_a_discarded_list(visit, upload, read_rows):
    visit.post(f"{upload}/abandon", "ada")
    assert_by_ada(read_rows("list.abandoned"))


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [("/users", "accounts.list_users"), ("/audit", "audit.list_audit_events")],
)
def test_06_a_page_that_is_not_allowed(visit, read_rows, address, endpoint):
    for _ in range(3):
        assert visit(address, "sol").status_code == 403
    (row,) = read_rows("access.refused")
    assert (row.who, row.user_id, row.about) == ("sol", 2, endpoint)
    assert json.loads(row.details) == {"method": "GET", "times": 3}


def test_07_an_export_that_is_not_allowed(visit, read_rows):
    assert visit("/suppression/export", "sol").status_code == 403
    assert [row.about for row in read_rows("access.refused")] == [
        "suppression.export_suppressed_numbers"
    ]


def test_08_a_form_without_its_token_and_one_from_another_site(app, visit, read_rows):
    browser = visit.browser("ada")
    assert browser.post("/settings", data={"name": "x"}).status_code == 400
    other = {"Origin": "https://evil.example"}
    assert visit("/settings", "ada", headers=other, name="x").status_code == 400
    assert_by_ada(read_rows("form.refused"))
    assert_by_ada(read_rows("form.cross_site"))


def test_09_a_sign_out(visit, read_rows):
    visit.post("/logout", "ada")
    assert_by_ada(read_rows("sign_out"))


def test_10_tries_while_locked_out(visit, read_rows):
    for _ in range(13):
        visit("/login", username="ada", password="wrong")
    assert len(read_rows("sign_in.refused")) == 10
    assert len(read_rows("sign_in.locked")) == 1
    (row,) = read_rows("sign_in.tried_while_locked")
    assert row.user_id is None
    assert json.loads(row.details)["times"] == 3


def test_11_a_look_at_a_person_and_at_a_conversation(app, visit, read_rows):
    """At most one row an hour for a user and a person, and no write while the page is made."""
    with app.app_context():
        add_member(ZOE, "Zoe Hernández")
        add_inbound_text(ZOE, "Hello")
    for address in (visit.find_person_page(ZOE), "/inbox/1", visit.find_person_page(ZOE)):
        assert visit(address, "ada").status_code == 200
        assert visit(address, "sol").status_code == 200
    rows = read_rows("person.seen")
    assert [(row.who, json.loads(row.people)["names"]) for row in rows] == [
        ("ada", "Zoe Hernández"),
        ("sol", "Zoe Hernández"),
    ]
    app.extensions.pop("pending_audit_acts")
    visit("/inbox/1", "ada")
    assert len(read_rows("person.seen")) == 2


def test_12_acts_of_the_doctor(app, read_rows, monkeypatch, tmp_path, capsys):
    """A backup is in the database, a restore in the one that lives on, and both are chained."""
    path = app.extensions["settings"].database_path
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    copy = tmp_path / "copy.db"
    assert doctor.main(["--backup", str(copy)]) == 0
    assert len(read_rows("database.backed_up")) == 1
    with app.app_context():
        db.engine.dispose()
    doctor.main(["--restore", str(copy)])
    (row,) = read_rows("database.restored")
    assert (row.who, json.loads(row.details)) == ("(command line)", {"file": "copy.db"})
    assert read_rows("database.backed_up") == []
    assert "audit" not in capsys.readouterr().out


def test_reverting_the_chain_itself_leaves_its_row(app, monkeypatch):
    path = app.extensions["settings"].database_path
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    for version in range(len(find_migrations()), 62, -1):
        assert doctor.main(["--revert", str(version)]) == 0
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT verb, details FROM audit_events").fetchall()
    connection.close()
    assert rows[-1] == ("database.reverted", '{"migration": 63}')


def test_strangers_cannot_fill_the_file(app):
    """F16: of a thousand addresses, a hundred get a row each and the rest one together."""
    for number in range(1000):
        address = f"2001:db8:0:{number:x}::1"
        with app.test_request_context("/users", environ_base={"REMOTE_ADDR": address}):
            note_refusal("form.refused")
            note_refusal("form.refused")
    with app.app_context():
        assert write_pending_acts() == MAX_STRANGER_ROWS + 1
        rows = db.session.query(AuditEvent).filter_by(verb="form.refused").all()
        assert json.loads(rows[-1].details)["times"] == 2 * (1000 - MAX_STRANGER_ROWS)
        assert write_pending_acts() == 0


def test_the_log_says_where_a_refused_form_came_from(app, visit, caplog, monkeypatch):
    """F16: one line a minute, with address, page and request."""
    monkeypatch.setattr(error_pages.missing_token_log, "_logged_at", -1e9)
    browser = visit.browser("ada")
    for _ in range(5):
        browser.post("/settings", data={"name": "x"})
    lines = [record.getMessage() for record in caplog.records if "valid token" in record.message]
    assert len(lines) == 1
    assert "127.0.0.1, /settings, request " in lines[0]


def test_what_waits_is_written_when_the_process_ends(app, visit):
    writer = PendingActsWriter(app)
    writer.start()
    visit("/users", "sol")
    writer.stop()
    with app.app_context():
        assert db.session.query(AuditEvent).filter_by(verb="access.refused").count() == 1


def test_a_sign_in_says_which_user_it_was(visit, read_rows):
    """F14: the audit's "who" was a name, which somebody else may have had before."""
    visit("/login", username="ada", password=PASSWORD)
    (row,) = read_rows("sign_in")
    assert (row.who, row.user_id) == ("ada", 1)
