"""Old rows of the audit move into a file for each year: none is lost, and none can be changed."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from app.audit import audit_archiving
from app.audit.actions import audited_write, build_people_column, insert_audit_row
from app.audit.audit_archive_file import (
    fetch_archived_rows,
    get_audit_archive,
    list_audit_archive_years,
    list_audit_archives,
)
from app.audit.audit_archiving import count_old_audit_rows, move_old_audit_rows
from app.audit.audit_chain import continue_audit_chain
from app.audit.chain_files import read_audit_keys, read_chain_head
from app.audit.chain_head import note_chain_head
from app.audit.chain_verification import verify_audit_archives, verify_audit_chain
from app.audit.models import AuditEvent, AuditPerson
from app.audit.queries import list_archived_items
from app.audit.sql import PreparedRunner
from app.core.clock import now
from app.core.db import db, write
from app.people.actions.archive_replay import replay_archive_erasures
from app.people.actions.person_erasure import erase_all_numbers, find_embedded_mentions
from app.retention.actions.retention_run import run_retention
from app.retention.actions.rule_changes import store_rules
from app.retention.models import RetentionKind
from app.retention.queries.retention_rules import find_rule, preview_removal
from tests.sample_people import ZOE
from tests.sample_rows import add_member

IN_2025 = datetime(2025, 6, 1, tzinfo=UTC)


def add_row(at, about, *people):
    values = {"at": at, "who": "ada", "verb": "user.added", "about": about}
    insert_audit_row(values | (build_people_column(people) if people else {}))


@pytest.fixture
def site(shop, app):
    """Two rows of 2022, one of them about Zoe, one of 2023 and one of today."""
    add_member(ZOE, "Zoe Hernández")
    with write():
        add_row("2022-03-01 10:00:00.000000", "user 1")
        # As an older release wrote it: the mac is over exactly this text.
        add_row("2022-12-31 23:59:59", "user 2", ("Zoe Hernández", ZOE))
        add_row("2023-01-01 00:00:00.000000", "user 3")
    with audited_write("user.added", "ada") as entry:
        entry.about = "user 4"
    note_chain_head()
    return app.extensions["settings"].database_path


def verify(path):
    """What the doctor would say of the chain and of the archives."""
    db.session.rollback()
    keys = read_audit_keys(path)
    with closing(sqlite3.connect(path)) as connection:
        lines = verify_audit_chain(connection, keys, read_chain_head(path))
        return lines + verify_audit_archives(connection, keys, list_audit_archives(path))


def list_about():
    db.session.rollback()
    return [row.about for row in db.session.query(AuditEvent).order_by(AuditEvent.id)]


def list_archived(path, year):
    return [row.about for row in fetch_archived_rows(path, year, 0, 100)]


def change_archive(path, year, statement):
    with closing(sqlite3.connect(get_audit_archive(path, year))) as connection:
        connection.execute(statement)
        connection.commit()


def move_all(before):
    while move_old_audit_rows(before):
        pass


def test_finished_years_move_and_the_chain_stays_whole(site):
    """A17: no row loses its protection, here or in an archive."""
    assert count_old_audit_rows(IN_2025)[0] == 3
    move_all(datetime(2023, 12, 31, tzinfo=UTC))
    assert list_about() == ["user 3", "user 4"]
    assert list_archived(site, 2022) == ["user 1", "user 2"]
    assert verify(site) == []
    move_all(IN_2025)
    assert list_about() == ["user 4"]
    assert db.session.query(AuditPerson).count() == 0
    assert list_audit_archive_years(site) == [2022, 2023]
    assert list_archived(site, 2023) == ["user 3"]
    assert get_audit_archive(site, 2022).stat().st_mode & 0o777 == 0o600
    with audited_write("user.added", "ada"):
        pass
    assert verify(site) == []


def test_an_empty_audit_goes_on(site):
    move_all(now() + timedelta(days=800))
    assert list_about() == []
    with write():
        assert continue_audit_chain(PreparedRunner(), site)
    with audited_write("user.added", "ada") as entry:
        entry.about = "user 5"
    assert verify(site) == []
    assert list_about() == ["user 5"]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE audit_events SET who = 'eve' WHERE id = 2", "Audit row 2 was changed"),
        ("UPDATE audit_events SET people = '{}' WHERE id = 2", "The names in audit row 2"),
        ("DELETE FROM audit_events WHERE id = 1", "Audit rows after 0 are missing"),
        ("DELETE FROM audit_events WHERE id = 2", "Audit rows after 1 are missing"),
    ],
)
def test_a_changed_archive_is_found(site, statement, sentence):
    move_all(IN_2025)
    change_archive(site, 2022, statement)
    lines = verify(site)
    assert len(lines) == 1
    assert sentence in lines[0]


def test_a_missing_or_damaged_archive_is_found(site):
    move_all(IN_2025)
    file = get_audit_archive(site, 2023)
    content = file.read_bytes()
    file.write_bytes(b"x" * 5000)
    assert "cannot be read" in verify(site)[0]
    file.unlink()
    assert "Archived audit rows after 2 are missing" in verify(site)[0]
    file.write_bytes(content)
    assert verify(site) == []


def test_an_archive_that_cannot_be_written_keeps_the_rows_here(site):
    folder = get_audit_archive(site, 2022).parent
    folder.write_text("in the way")
    assert move_old_audit_rows(IN_2025) == 0
    assert len(list_about()) == 4


def test_who_is_erased_meanwhile_is_not_left_in_an_archive(site, monkeypatch):
    """K11: between copying and deleting, Zoe is erased: the copy is made again."""
    copy_rows = audit_archiving._copy_rows

    def copy_and_erase(path, rows, people):
        monkeypatch.setattr(audit_archiving, "_copy_rows", copy_rows)
        is_copied = copy_rows(path, rows, people)
        erase_zoe()
        return is_copied

    monkeypatch.setattr(audit_archiving, "_copy_rows", copy_and_erase)
    assert move_old_audit_rows(IN_2025) == 0
    assert len(list_about()) == 5
    move_all(IN_2025)
    assert "Hernández".encode() not in get_audit_archive(site, 2022).read_bytes()
    assert verify(site) == []


def erase_zoe():
    mentions = {ZOE: find_embedded_mentions(ZOE)}
    with audited_write("person.erased", "ada"):
        erase_all_numbers(mentions, "ada", now())


def test_erasing_someone_reaches_archived_rows(site):
    """K11: the name goes, the row and its chain stay."""
    move_all(IN_2025)
    assert "Hernández".encode() in get_audit_archive(site, 2022).read_bytes()
    assert [item.id for item in list_archived_items([ZOE])] == [2]
    erase_zoe()
    assert replay_archive_erasures() == []
    assert "Hernández".encode() not in get_audit_archive(site, 2022).read_bytes()
    assert list_archived(site, 2022) == ["user 1", "user 2"]
    assert list_archived_items([ZOE]) == []
    assert verify(site) == []


def test_the_rule_says_how_many_and_moves_them(site):
    """A dry-run count before, and what happened after."""
    assert preview_removal(RetentionKind.AUDIT, 365).count == 3
    with write():
        store_rules({RetentionKind.AUDIT: 365})
    run_retention(lambda: False)
    assert list_about() == ["user 4"]
    assert find_rule(RetentionKind.AUDIT).removed_count == 3


def test_the_page_of_the_audit_offers_each_year(visit, app):
    with app.app_context():
        with write():
            add_row("2022-03-01 10:00:00.000000", "user 1")
        move_all(IN_2025)
    assert "Rows of 2022 are in archives" in visit("/audit", "ada").text
    text = visit("/audit/archive/2022", "ada").text
    assert "2022-03-01 10:00:00" in text
    assert "user 1" in text
    assert visit("/audit/archive/2021", "ada").status_code == 404
    assert visit("/audit/archive/2022", "sol").status_code == 403
    get_audit_archive(app.extensions["settings"].database_path, 2022).write_bytes(b"x" * 5000)
    assert visit("/audit/archive/2022", "ada").location.endswith("/audit")
