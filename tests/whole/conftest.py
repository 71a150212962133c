"""A furnished house for every test that walks through all of it."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest
from flask import Flask, Response, url_for

from app import create_app
from tests.conftest import _settings
from tests.thrifty import thrifty
from tests.visit import Visitor
from tests.whole.house import furnish, snapshot

FORM = "application/x-www-form-urlencoded"


class House:
    """An app over a furnished database. `address()` fills in what an endpoint's rule asks for."""

    def __init__(self, app: Flask, database: Path, values: dict[str, dict[str, str]]) -> None:
        self.app, self.database, self.values = app, database, values
        self.visit = Visitor(app)
        self.rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}

    def address(self, endpoint: str, which: str = "") -> str:
        """The address of `endpoint`; `which` chooses another thing than the usual one."""
        room, _, door = endpoint.partition(".")
        values = self.values[""] | self.values.get(
            which or (room if door.startswith("import_") else ""), {}
        )
        with self.app.test_request_context():
            return url_for(
                endpoint,
                **{name: values[name] for name in self.rules[endpoint].arguments},
            )

    def open(
        self, method: str, endpoint: str, who: str, *, token: bool = True, **form: str
    ) -> Response:
        """One request, no redirect followed; `token`: with the token of the person's own forms."""
        data = form | ({"csrf_token": self.visit.token(who)} if token else {})
        sent = {} if method == "GET" else {"data": data, "content_type": FORM}
        return self.send(method, self.address(endpoint), who, **sent)

    def send(self, method: str, address: str, who: str, **more) -> Response:
        """Any request, as it is."""
        answer = self.visit.browser(who).open(address, method=method, **more)
        answer.get_data()
        answer.close()
        return answer

    def snapshot(self, **more):
        """What is in every table."""
        return snapshot(self.database, **more)


@pytest.fixture(scope="session")
def furnished(fresh_database, tmp_path_factory):
    """The folder of a furnished database, and what stands for the placeholders of addresses."""
    folder = tmp_path_factory.mktemp("furnished") / "house"
    folder.mkdir()
    shutil.copy(fresh_database, folder / "sms.db")
    return folder, furnish(thrifty(create_app(_settings(folder / "sms.db", undo_seconds=0))))


@pytest.fixture
def make_house(furnished, tmp_path):
    """Call `make_house(**settings)` for a furnished house with an app of its own."""

    def make(**more) -> House:
        folder = tmp_path / f"house-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(furnished[0], folder)
        return House(
            thrifty(create_app(_settings(folder / "sms.db", **more))),
            folder / "sms.db",
            furnished[1],
        )

    return make


@pytest.fixture(scope="session")
def lived_in(furnished, tmp_path_factory):
    """The one app that `house` puts in order again and again: making one, and its templates,
    takes a second.
    """
    folder = tmp_path_factory.mktemp("lived_in") / "house"
    shutil.copytree(furnished[0], folder)
    return thrifty(create_app(_settings(folder / "sms.db"))), folder / "sms.db"


@pytest.fixture
def house(furnished, lived_in):
    """A furnished house on the sandbox, as it was at first."""
    folder, values = furnished
    app, database = lived_in
    shutil.copytree(folder / "uploads", database.parent / "uploads", dirs_exist_ok=True)
    first, here = (
        contextlib.closing(sqlite3.connect(path)) for path in (folder / "sms.db", database)
    )
    with first as source, here as target:
        target.execute("PRAGMA synchronous=OFF")
        source.backup(target)
    return House(app, database, values)
