"""The command line: exit codes, one sentence for what is wrong, and never a file made by
looking.
"""

import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

from app.core.settings import PROJECT_ROOT
from app.dbdoctor.__main__ import get_database_path, main
from app.migrations import database_file
from app.migrations.migration_errors import DatabaseNotAccessible
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import list_applied_migrations
from tests.migrations.sample_migrations import hash_file, list_file_names, run_sql


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--print", "--doctor"],
        ["--revert"],
        ["--revert", "x"],
        ["--revert", "-1"],
        ["--restore"],
        ["--cure"],
        ["x"],
    ],
)
def test_wrong_usage_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_it_makes_a_missing_database_with_an_empty_environment(doctor, tmp_path):
    """M13: neither SECRET_KEY nor Twilio nor anything else is needed."""
    address = f"sqlite:///{tmp_path}/sms.db"
    done = subprocess.run(
        [sys.executable, "-m", "app.dbdoctor", "--apply"],
        env={"DATABASE_URL": address, "APP_ENV": "production"},
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    names = ", ".join(step.name for step in find_migrations())
    assert f"{tmp_path}/sms.db: applied {names}." in done.stdout
    assert doctor("--doctor", path=tmp_path / "sms.db")[0] == 0


def test_a_healthy_database_is_called_healthy(doctor, database):
    assert doctor("--doctor") == (0, f"{database} is healthy.\n")
    code, said = doctor("--print")
    assert code == 0
    assert "0001_first_tables at 20" in said
    assert "Pending:  nothing" in said
    assert "0 community_members" in said
    assert doctor("--apply") == (0, f"{database}: nothing to apply.\n")
    assert list_file_names(database.parent) == ["sms.db"]


def test_looking_at_what_does_not_exist_makes_nothing(doctor, tmp_path):
    """M13: missing."""
    path = tmp_path / "nowhere" / "sms.db"
    code, said = doctor("--print", path=path)
    assert code == 0
    assert "It does not exist yet." in said
    assert "Pending:  0001_first_tables" in said
    for arguments in (("--doctor",), ("--backup",), ("--repair",), ("--revert", "1")):
        code, said = doctor(*arguments, path=path)
        assert code == 1
        assert (
            "does not exist. Start SMS Admin once, or run: python -m app.dbdoctor --apply." in said
        )
    assert not path.parent.exists()


def test_an_empty_file_is_said(doctor, tmp_path):
    """M13: empty. That it can be filled is in test_damage.py."""
    path = tmp_path / "sms.db"
    path.touch()
    for action in ("--print", "--doctor", "--backup"):
        code, said = doctor(action, path=path)
        assert code == 1
        assert "is empty." in said
    assert path.stat().st_size == 0


def _folder(path):
    path.mkdir()


def _foreign(path):
    run_sql(path, "CREATE TABLE recipes (id INTEGER PRIMARY KEY)")


def _text(path):
    path.write_text("name,phone\n" * 200)


def _newer(path, database):
    shutil.copy(database, path)
    run_sql(
        path,
        "INSERT INTO schema_migrations VALUES (999, '0999_future', 'x', '2030-01-01 "
        "00:00:00.000000')",
    )


def _edited(path, database):
    shutil.copy(database, path)
    run_sql(path, "UPDATE schema_migrations SET checksum = 'x' WHERE version = 1")


def _torn(path, database):
    torn = bytearray(database.read_bytes())
    torn[4096 : 4096 * 20] = b"\xa5" * (4096 * 19)
    path.write_bytes(torn)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_folder, "is a folder"),
        (_foreign, "belongs to another program"),
        (_text, "is not a SQLite database"),
        (_newer, "made by a newer version"),
        (_edited, "was changed after it had been applied here"),
        (_torn, "is damaged"),
    ],
    ids=["folder", "foreign", "text", "newer", "edited", "torn"],
)
def test_what_it_does_not_understand_it_says_in_one_line_and_does_not_touch(
    doctor, database, tmp_path, make, words
):
    """M13: somebody else's, newer, edited, damaged: exit 1 from every action, no byte changed."""
    path = tmp_path / "strange.db"
    make(path, database) if make.__code__.co_argcount == 2 else make(path)
    before = hash_file(path) if path.is_file() else None
    for arguments in (("--doctor",), ("--apply",), ("--revert", "1"), ("--repair",)):
        code, said = doctor(*arguments, path=path)
        assert code == 1
        assert words in said
        assert len(said.splitlines()) == 1 or make is _torn
    assert before is None or hash_file(path) == before
    assert [name for name in list_file_names(tmp_path) if name.startswith("strange")] == [
        "strange.db"
    ]


def test_a_database_that_somebody_keeps_for_himself_is_called_locked(doctor, database, monkeypatch):
    """M13: locked."""
    monkeypatch.setattr(database_file, "READ_TIMEOUT_SECONDS", 0.1)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        for action in ("--print", "--doctor", "--apply"):
            code, said = doctor(action)
            assert code == 1
            assert "is locked: another program" in said
    finally:
        other.close()


def test_the_newest_migration_can_be_taken_back_after_a_copy(doctor, database):
    *older, newest = list_applied_migrations(database)
    code, said = doctor("--revert", newest.version)
    assert code == 0
    assert f"migration {newest.version} undone" in said
    assert list_applied_migrations(database) == older
    (copy,) = (database.parent / "backups").iterdir()
    assert list_applied_migrations(copy) == [*older, newest]


def test_an_older_migration_cannot_be_taken_back_before_the_newer_ones(doctor, database):
    before = list_applied_migrations(database)
    code, said = doctor("--revert", "1")
    assert code == 1
    assert f"Only the newest applied migration can be undone: that is {before[-1].version}" in said
    assert list_applied_migrations(database) == before


def test_taking_back_is_refused_while_the_app_runs(doctor, database):
    app = sqlite3.connect(database)
    app.execute("SELECT count(*) FROM users")
    code, said = doctor("--revert", "1")
    app.close()
    assert code == 1
    assert "is in use. Stop SMS Admin" in said


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("", PROJECT_ROOT / "instance" / "sms.db"),
        ("sqlite:///instance/demo.db", PROJECT_ROOT / "instance" / "demo.db"),
        ("sqlite:////srv/sms/sms.db", None),
    ],
)
def test_a_relative_path_is_relative_to_the_project(address, path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert str(get_database_path({"DATABASE_URL": address})) == str(path or "/srv/sms/sms.db")


def test_another_kind_of_database_is_refused(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/sms")
    assert main(["--print"]) == 1
    assert "DATABASE_URL must be a SQLite address" in capsys.readouterr().out
    with pytest.raises(DatabaseNotAccessible):
        get_database_path({"DATABASE_URL": "mysql://x"})
    assert "DATABASE_URL" in os.environ
