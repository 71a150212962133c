"""A real migrated database, and the doctor called with nothing but DATABASE_URL."""

import pytest

from app.dbdoctor import __main__ as command
from tests.migrations.sample_migrations import copy_migrated_database


@pytest.fixture
def database(tmp_path, tmp_path_factory):
    """A database of this test's own, in a folder of its own, made by the real migrations."""
    return copy_migrated_database(tmp_path / "instance", tmp_path_factory)


@pytest.fixture
def doctor(database, monkeypatch, capsys):
    """Call the doctor on `database` (or on `path`); returns its exit code and what it said."""
    for name in ("SECRET_KEY", "TWILIO_ACCOUNT_SID", "APP_ENV"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments, path=database):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
        capsys.readouterr()
        code = command.main([str(each) for each in arguments])
        return code, capsys.readouterr().out

    return call
