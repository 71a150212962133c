"""Each row of the audit is chained to the one before; whatever is changed behind its back shows."""

import json
import sqlite3

import pytest

from app.audit.actions import audited_write, ensure_audit_chain, erase_phone
from app.audit.audit_chain import continue_audit_chain
from app.audit.chain_files import (
    forget_chain_head,
    get_head_file,
    get_key_file,
    read_audit_keys,
    read_chain_head,
)
from app.audit.chain_head import note_chain_head, verify_chain_of_program
from app.audit.chain_verification import verify_audit_chain
from app.audit.models import AUDIT_TRIGGERS_DDL, AuditEvent, AuditPerson
from app.audit.sql import PreparedRunner
from app.core.clock import now
from app.core.db import db, write
from app.dbdoctor import __main__ as doctor
from app.domain.phones.phone_erasure import PhoneErasure
from tests.sample_people import ZOE
from tests.sample_rows import add_member

UNPROTECT = "DROP TRIGGER audit_events_no_update"
PROTECT = AUDIT_TRIGGERS_DDL[0]
UNDELETE = "DROP TRIGGER audit_events_no_delete"
REPLACE = (
    "INSERT OR REPLACE INTO audit_events (id, at, who, verb) "
    "VALUES (2, '2026-11-01 00:00:00.000000', 'innocent', 'event.added')"
)


@pytest.fixture
def site(shop, app):
    """Five rows by Ada, the third about Zoe."""
    add_member(ZOE, "Zoe Hernández")
    for number in range(5):
        with audited_write("user.added", "ada") as entry:
            entry.about = f"user {number}"
            if number == 2:
                entry.add_person("Zoe Hernández", ZOE)
    return app.extensions["settings"].database_path


def change(path, *statements):
    """Change the file as another program would, which knows no rule of ours."""
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def verify(path, *, with_head=True):
    """What the doctor would say of the chain."""
    head = read_chain_head(path) if with_head else None
    connection = sqlite3.connect(path)
    try:
        return verify_audit_chain(connection, read_audit_keys(path), head)
    finally:
        connection.close()


def test_a_chain_that_nobody_touched_is_whole(site):
    """A17: each act has its row, and 16.4.2 of ASVS: none can be changed unseen."""
    note_chain_head()
    assert verify(site) == []
    assert get_key_file(site).stat().st_mode & 0o777 == 0o600
    assert get_head_file(site).stat().st_mode & 0o777 == 0o600


def test_a_row_cannot_be_replaced(site):
    """F9: INSERT OR REPLACE went round the triggers."""
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        change(site, REPLACE)
    assert verify(site) == []


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (["DROP TRIGGER audit_events_no_replace", REPLACE], "Audit row 2 was inserted by another"),
        (
            [UNPROTECT, "UPDATE audit_events SET who = 'eve' WHERE id = 3"],
            "Audit row 3 was changed",
        ),
        (
            [UNPROTECT, "UPDATE audit_events SET at = '2026-01-01' WHERE id = 1"],
            "Audit row 1 was changed",
        ),
        ([UNDELETE, "DELETE FROM audit_events WHERE id = 2"], "rows after 1 are missing: the next"),
        ([UNDELETE, "DELETE FROM audit_events WHERE id <= 2"], "rows after 0 are missing"),
        ([UNDELETE, "DELETE FROM audit_events WHERE id >= 4"], "row 5 was written, says the file"),
        (
            ["INSERT INTO audit_events (who, verb) VALUES ('eve', 'user.added')"],
            "Audit row 6 was inserted by another",
        ),
        (
            [UNPROTECT, 'UPDATE audit_events SET people = \'{"names": "Eve"}\' WHERE id = 3'],
            "The names in audit row 3 were changed",
        ),
        (["DROP TRIGGER audit_anchors_no_delete", "DELETE FROM audit_anchors"], "has no start"),
        (
            [
                "INSERT INTO audit_anchors (kind, last_id, mac, key_id, seal) SELECT 'archived', "
                "3, (SELECT mac FROM audit_events WHERE id = 3), key_id, 'x' FROM audit_anchors",
                "DELETE FROM audit_events WHERE id <= 3",
            ],
            "Anchor 2 of the audit was not written by SMS Admin",
        ),
        (
            [
                "DROP TRIGGER audit_events_no_replace",
                UNDELETE,
                UNPROTECT,
                "UPDATE audit_events SET id = 10 WHERE id = 4",
                "UPDATE audit_events SET id = 4 WHERE id = 5",
                "UPDATE audit_events SET id = 5 WHERE id = 10",
            ],
            "Audit row 4 was changed",
        ),
    ],
)
def test_what_another_program_did_is_said_with_the_first_row(site, statements, sentence):
    """F9: rewritten, deleted, inserted, swapped, cut at either end; triggers dropped before."""
    note_chain_head()
    change(site, *statements)
    lines = verify(site)
    assert any(sentence in line for line in lines), lines
    assert all("Compare with a backup" in line for line in lines)


def test_erasing_a_person_leaves_the_chain_whole_and_no_name(site):
    with write():
        assert erase_phone(PhoneErasure(ZOE, "#" + "0" * 19, "ada", now())) == {"audit_events": 1}
    assert verify(site) == []
    assert db.session.get(AuditEvent, 3).people == '{"names": "erased"}'
    assert db.session.query(AuditPerson).count() == 0


def test_a_cut_end_is_in_the_audit_for_good(site):
    """The program goes on after rows were cut: the file beside it knew better."""
    note_chain_head()
    change(site, UNDELETE, "DELETE FROM audit_events WHERE id >= 4")
    note_chain_head()
    row = db.session.query(AuditEvent).order_by(AuditEvent.id.desc()).first()
    assert row.verb == "audit.tail_missing"
    assert json.loads(row.details) == {"last_row": 5}
    assert verify(site) == []


def test_anchors_that_were_taken_away_vouch_for_no_row_of_before(site):
    change(site, "DROP TRIGGER audit_anchors_no_delete", "DELETE FROM audit_anchors")
    with audited_write("user.added", "ada"):
        pass
    assert ["5 audit rows up to 5 are not protected" in line for line in verify(site)] == [True]


def test_another_key_begins_a_chain_of_its_own_and_says_so(site):
    """A copy on another machine goes on; the former key, put beside it, verifies all of it."""
    former = get_key_file(site).read_text()
    get_key_file(site).unlink()
    with audited_write("user.added", "ada"):
        pass
    verbs = [row.verb for row in db.session.query(AuditEvent).order_by(AuditEvent.id)]
    assert verbs[-2:] == ["audit.key_replaced", "user.added"]
    assert verify(site) == []
    change(site, UNPROTECT, "UPDATE audit_events SET who = 'eve' WHERE id = 2")
    assert verify(site) == []
    get_key_file(site).write_text(former + get_key_file(site).read_text())
    assert "Audit row 2 was changed" in verify(site)[0]


def test_rows_of_an_older_release_are_chained_by_the_first_start(shop, app):
    path = app.extensions["settings"].database_path
    old = "INSERT INTO audit_events (who, verb, people) VALUES ('ada', 'sign_in', ?)"
    with sqlite3.connect(path) as connection:
        connection.executemany(old, [(None,), ('{"names": "Zoe", "hashes": [], "salt": "1"}',)])
    connection.close()
    assert verify(path) == []
    with write():
        assert not continue_audit_chain(PreparedRunner(), path, limit=1)
    assert verify(path) == []
    ensure_audit_chain()
    assert verify(path) == []
    with audited_write("user.added", "ada"):
        pass
    assert verify(path) == []
    change(path, UNPROTECT, "UPDATE audit_events SET verb = 'x' WHERE id = 1")
    assert "Audit row 1 was changed" in verify(path)[0]


def test_a_copy_without_its_key_is_not_accused(site):
    note_chain_head()
    get_key_file(site).unlink()
    forget_chain_head(site)
    assert verify(site) == []


def test_the_doctor_names_the_row(site, monkeypatch, capsys):
    """F9: the doctor said "is healthy" of a row that was rewritten."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{site}")
    note_chain_head()
    change(site, UNPROTECT, "UPDATE audit_events SET who = 'innocent' WHERE id = 3", PROTECT)
    assert doctor.main(["--doctor"]) == 1
    assert "Audit row 3 was changed, or rows before it were deleted" in capsys.readouterr().out


def test_the_program_finds_it_too_and_says_it_once(site):
    change(site, UNPROTECT, "UPDATE audit_events SET who = 'innocent' WHERE id = 3")
    db.session.rollback()
    assert len(verify_chain_of_program()) == 1
    verify_chain_of_program()
    assert db.session.query(AuditEvent).filter_by(verb="audit.broken").count() == 1
