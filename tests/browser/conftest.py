"""One browser for all of these tests; a test fails when the browser minds anything about a page."""

import contextlib
import fcntl
import json
import sqlite3
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.browser.chromium import Visits, launched
from tests.browser.sample_data import Filled, fill


@pytest.fixture(scope="session")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def filled(tmp_path_factory, worker_id):
    """A copy of the database that has every page; it is made once for all processes of the run.

    Filling it takes 5 s alone and 20 s on a busy machine: its blasts are really sent.
    """
    folder = tmp_path_factory.getbasetemp()
    shared = folder if worker_id == "master" else folder.parent
    ids = shared / "filled.json"
    with (shared / "filled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ids.exists():
            ids.write_text(json.dumps(asdict(fill(shared / "filled.db")), default=str))
    original = Filled(**json.loads(ids.read_text()))
    copy = tmp_path_factory.mktemp("pages") / "filled.db"
    with (
        contextlib.closing(sqlite3.connect(original.database)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return replace(original, database=Path(copy))


@pytest.fixture
def visits_to(chromium):
    """Call `visits_to(server.url, **passwords)`: windows on that server, closed when the test
    ends.
    """
    opened = []

    def begin(url, **passwords):
        opened.append(Visits(chromium, url, passwords))
        return opened[-1]

    yield begin
    for visits in opened:
        visits.close()
    assert [complaint for visits in opened for complaint in visits.complaints] == []
