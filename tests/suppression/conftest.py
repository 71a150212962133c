"""Fixtures of the file of opt-outs: a database, copies of it, and putting one back."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from app.core.db import db


@pytest.fixture
def database(app):
    """The file of this test's database."""
    return app.extensions["settings"].database_path


@pytest.fixture
def copy_now(database, tmp_path):
    """Call `copy_now()` for a copy of the database as it is."""
    copies = []

    def copy():
        target = tmp_path / f"copy-{len(copies)}.db"
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as to:
            source.backup(to)
        copies.append(target)
        return target

    return copy


@pytest.fixture
def put_back(database):
    """Call `put_back(copy)` to put an older copy in the place of the database."""

    def put(copy):
        db.session.remove()
        db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        shutil.copy(copy, database)

    return put
