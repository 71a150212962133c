"""What root makes with dbdoctor belongs to the user that the program runs as."""

import os

import pytest

from tests.migrations.sample_migrations import run_sql

NOBODY = 65534

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def list_owners(folder):
    """The owners of everything in the folder."""
    return {str(each.relative_to(folder)): each.lstat().st_uid for each in folder.rglob("*")}


@pytest.fixture
def owned_database(database):
    """The database, its folder and all in it belong to the program's user."""
    for each in (database.parent, *database.parent.rglob("*")):
        os.chown(each, NOBODY, NOBODY)
    return database


def test_copies_and_whatever_else_root_makes_go_to_the_owner(doctor, owned_database, tmp_path):
    elsewhere = tmp_path / "copy.db"
    assert doctor("--backup")[0] == doctor("--backup", elsewhere)[0] == 0
    doctor("--repair")
    doctor("--restore", elsewhere)
    owners = list_owners(owned_database.parent)
    assert any(name.startswith("backups/") for name in owners)
    assert any("before-restore" in name for name in owners)
    assert set(owners.values()) == {NOBODY}, owners
    assert elsewhere.stat().st_uid == NOBODY


def test_what_is_roots_own_stays_roots(doctor, database):
    run_sql(database, "SELECT 1")
    assert doctor("--backup")[0] == 0
    assert set(list_owners(database.parent).values()) == {0}


def test_a_restore_where_no_database_is_follows_the_folder(doctor, owned_database, tmp_path):
    folder = tmp_path / "new"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    doctor("--restore", owned_database, path=folder / "sms.db")
    owners = list_owners(folder)
    assert owners["sms.db"] == NOBODY
    assert set(owners.values()) == {NOBODY}, owners


def test_another_user_is_sent_to_the_owner(doctor, owned_database, monkeypatch):
    """M8: its -wal and its copies would keep the program out."""
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY - 1)
    code, said = doctor("--doctor")
    assert code == 1
    assert "belongs to the user nobody. Run this command as that user: sudo -u nobody" in said
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    assert doctor("--print")[0] == 0
