"""A process that dies between the copy and the deletion loses no text and shows none twice."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from app.core.db import db, write
from app.core.settings import current_settings
from app.delivery.archive_file import get_archive_file
from app.delivery.models import Message
from app.delivery.queries.archived_texts import list_archived_texts
from app.retention.actions.archive_run import archive_year
from tests.sample_people import ZOE

pytestmark = pytest.mark.torture
PROGRAM = """
import sys
from app import create_app
from app.core.settings import Settings
from app.core.failpoint import arm_failpoint
from app.retention.actions.archive_run import archive_year
settings = Settings(secret_key="k" * 40, app_env="test", database_url=sys.argv[1])
app = create_app(settings)
arm_failpoint("archive_copied:" + sys.argv[2])
with app.app_context():
    archive_year(settings.database_path, 2024, lambda: False)
"""
TEXTS = 300


@pytest.mark.parametrize("slice_number", [1, 2, 3])
def test_a_kill_after_the_copy(app, slice_number):
    with app.app_context():
        with write() as session:
            moment = datetime(2024, 3, 1, tzinfo=UTC)
            values = {"kind": "reply", "status": "delivered", "created_at": moment}
            session.add_all(Message(phone=ZOE, body=f"t{n}", **values) for n in range(TEXTS))
            session.add(Message(phone=ZOE, body="newest", kind="reply", status="delivered"))
        settings = current_settings()
        db.session.remove()
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, settings.database_url, str(slice_number)],
            env=os.environ | {"PYTHONPATH": os.getcwd()},
            check=False,
        )
        assert run.returncode == 137
        here = {text.body for text in db.session.query(Message)}
        path = get_archive_file(settings.database_path, 2024)
        with contextlib.closing(sqlite3.connect(path)) as archive:
            there = {row[0] for row in archive.execute("SELECT body FROM messages")}
        assert len(here | there) == TEXTS + 1
        shown = [text.body for text in list_archived_texts(settings.database_path, 2024, [ZOE])]
        assert not here & set(shown)
        db.session.rollback()
        archive_year(settings.database_path, 2024, lambda: False)
        db.session.rollback()
        assert [text.body for text in db.session.query(Message)] == ["newest"]
        shown = [text.body for text in list_archived_texts(settings.database_path, 2024, [ZOE])]
        assert sorted(shown) == sorted(f"t{n}" for n in range(TEXTS))
